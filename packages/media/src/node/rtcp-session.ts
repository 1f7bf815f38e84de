/** Sends and reads the RTCP of a plain RTP leg (RFC 3550 §6). */
import { randomUUID } from 'node:crypto';
import type { RemoteReport } from '../engine.ts';
import type { Reception } from '../reception.ts';
import {
  compactNtp,
  ntpTime,
  parseRtcp,
  type RtcpReportBlock,
  roundTripMs,
  serializeRtcp,
} from '../rtcp.ts';

/** Mean interval of reports (RFC 3550 §6.2), spread by half so that legs do not report in step. */
const INTERVAL_MS = 5_000;

export interface RtcpSessionOptions {
  ssrc: number;
  /** RTP clock of the leg's codec at present, Hz. */
  clockRate(): number;
  /** What was received of the far side. */
  reception: Reception;
  /** What was sent so far, and the RTP timestamp of now. */
  sent(): { packets: number; bytes: number; timestamp: number };
  send(datagram: Uint8Array): void;
}

export class RtcpSession {
  readonly #options: RtcpSessionOptions;
  /** Says nothing of user or machine (RFC 7022 §4.2). */
  readonly #cname = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #reportedPackets = 0;
  #senderReport: { compact: number; at: number } | undefined;
  #remoteReport: RemoteReport | null = null;
  #roundTripMs: number | null = null;

  constructor(options: RtcpSessionOptions) {
    this.#options = options;
  }

  get remoteReport(): RemoteReport | null {
    return this.#remoteReport;
  }

  get roundTripMs(): number | null {
    return this.#roundTripMs;
  }

  /** Begins to report; a second call changes nothing. */
  start(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.report();
        this.start();
      },
      INTERVAL_MS * (0.5 + Math.random()),
    );
    this.#timer.unref();
  }

  /** Says good-bye if anything was ever sent, and ends. */
  stop(): void {
    if (this.#stopped) return;
    if (this.#options.sent().packets > 0) this.report(true);
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Sends one report: a sender report when packets left since the one before. */
  report(bye = false): void {
    const { packets, bytes, timestamp } = this.#options.sent();
    const blocks = this.#blocks();
    const active = packets > this.#reportedPackets;
    this.#reportedPackets = packets;
    const sender = { ntp: ntpTime(Date.now()), timestamp, packets, bytes };
    const report = { ssrc: this.#options.ssrc, blocks, ...(active ? { sender } : {}) };
    this.#options.send(serializeRtcp(report, this.#cname, { bye }));
  }

  /** Takes a datagram; false when it is no RTCP. */
  receive(datagram: Uint8Array): boolean {
    const compound = parseRtcp(datagram);
    if (compound === null) return false;
    const arrival = compactNtp(ntpTime(Date.now()));
    for (const { sender, blocks } of compound.reports) {
      if (sender !== undefined) {
        this.#senderReport = { compact: compactNtp(sender.ntp), at: performance.now() };
      }
      const block = blocks.find(({ ssrc }) => ssrc === this.#options.ssrc);
      if (block === undefined) continue;
      this.#remoteReport = {
        fractionLost: block.fractionLost / 256,
        lost: block.lost,
        jitterMs: (block.jitter * 1000) / this.#options.clockRate(),
      };
      this.#roundTripMs = roundTripMs(block, arrival) ?? this.#roundTripMs;
    }
    return true;
  }

  #blocks(): RtcpReportBlock[] {
    const block = this.#options.reception.report();
    if (block === undefined) return [];
    const seen = this.#senderReport;
    const delay = seen === undefined ? 0 : (performance.now() - seen.at) * 65.536;
    return [
      {
        ...block,
        lastSenderReport: seen?.compact ?? 0,
        delaySinceLastSenderReport: Math.round(delay),
      },
    ];
  }
}
