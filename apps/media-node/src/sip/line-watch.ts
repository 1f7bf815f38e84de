import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { LineId } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { WireEvent } from '@trunkline/sip/endpoint/wire-event.ts';
import { escapeUser } from '@trunkline/sip/message/uri.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import { maskUser } from './call-trace.ts';

type LineMessage = NodeEventData<'line.sip'>;

const maxWatches = 50;
/** Longest watch, whatever was asked. */
const maxMs = 15 * 60_000;
const maxMessages = 2_000;
const maxText = 8_000;

export interface LineWatchOptions {
  clock: Clock;
  /** The line that opens this one: itself, or of a trunk the one that speaks for all. */
  opener: (lineId: LineId) => LineEntry | undefined;
  /** Whether an address is one of the PBX of a line's group. */
  isPbxOf: (entry: LineEntry, event: WireEvent) => boolean;
  record: (entry: LineEntry, message: LineMessage) => void;
}

/**
 * Tells the REGISTERs and OPTIONS of lines somebody watches, for a time (LIN-021). Messages of calls
 * are told with their calls anyway.
 */
export class LineWatch {
  private readonly options: LineWatchOptions;
  private readonly watched = new Map<LineId, { until: number; left: number }>();

  constructor(options: LineWatchOptions) {
    this.options = options;
  }

  /** Watches a line until an instant; asked again, the later end counts. */
  watch(lineId: LineId, until: Date): void {
    const { clock } = this.options;
    const ms = Math.min(maxMs, until.getTime() - clock.now().getTime());
    this.drop();
    if (ms <= 0 || (this.watched.size >= maxWatches && !this.watched.has(lineId))) return;
    this.watched.set(lineId, { until: clock.monotonic() + ms, left: maxMessages });
  }

  /** Takes each message on the wire. */
  see(event: WireEvent): void {
    if (this.watched.size === 0) return;
    this.drop();
    const method = /\s(REGISTER|OPTIONS)$/.exec(event.message?.headers.get('cseq') ?? '')?.[1];
    if (!event.message || method === undefined) return;
    const user = userOf(event.message.headers.get('from') ?? '');
    for (const [lineId, watch] of this.watched) {
      const entry = this.options.opener(lineId);
      if (!entry || escapeUser(entry.line.userName) !== user || watch.left <= 0) continue;
      if (!this.options.isPbxOf(entry, event)) continue;
      watch.left -= 1;
      this.options.record(entry, { lineId, ...messageOf(event, event.message) });
    }
  }

  private drop(): void {
    const now = this.options.clock.monotonic();
    for (const [lineId, { until }] of this.watched) if (until <= now) this.watched.delete(lineId);
  }
}

function userOf(from: string): string | undefined {
  return /sips?:([^@;>]*)@/i.exec(from)?.[1];
}

function messageOf(event: WireEvent, message: NonNullable<WireEvent['message']>) {
  const startLine =
    message.kind === 'request'
      ? `${message.method} ${maskUser(message.uri)} SIP/2.0`
      : `SIP/2.0 ${message.statusCode} ${message.reasonPhrase}`;
  return {
    direction: event.direction,
    startLine: startLine.slice(0, 500),
    cseq: (message.headers.get('cseq') ?? '').slice(0, 80),
    peer: `${event.remote.address}:${event.remote.port}`.slice(0, 80),
    text: withoutCredentials(new TextDecoder().decode(event.bytes)).slice(0, maxText),
  };
}

/** Takes the digests out of a message: what is left of them names the scheme alone. */
export function withoutCredentials(text: string): string {
  return text.replace(
    /^((?:Proxy-)?Authorization[ \t]*:[ \t]*[A-Za-z0-9]*)[^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*/gim,
    '$1 ***',
  );
}
