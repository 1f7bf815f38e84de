/** The way audio takes from one leg of a bridge to the other: as it is, or transcoded. */
import { isG711 } from '../codec.ts';
import type { CodecName, OpusSettings } from '../engine.ts';
import { convertG711 } from '../g711.ts';
import { opusSettingsFor } from '../opus-fmtp.ts';
import type { RtpPacket } from '../rtp.ts';
import { createTranscoder, type Transcoder } from '../transcoder.ts';
import type { AudioLeg } from './audio-leg.ts';
import { onTick } from './ticker.ts';

export interface AudioPathOptions {
  /** The leg audio goes to. */
  to: AudioLeg;
  opus: OpusSettings | undefined;
  onError(error: unknown): void;
}

export class AudioPath {
  readonly #options: AudioPathOptions;
  /** What the transcoder in use or being built was built for. */
  #builtFor: string | undefined;
  #transcoder: Transcoder | undefined;
  #endTicks: (() => void) | undefined;
  #closed = false;

  constructor(options: AudioPathOptions) {
    this.#options = options;
  }

  /** Whether audio is decoded on the way. */
  get isTranscoding(): boolean {
    return this.#builtFor !== undefined;
  }

  /** Packets that came too late to be decoded in their turn. */
  get late(): number {
    return this.#transcoder?.late ?? 0;
  }

  /** How long packets are waited for, ms; undefined when they pass through. */
  get bufferMs(): number | undefined {
    return this.#transcoder?.targetMs;
  }

  /** Takes an audio packet of the other leg. */
  push(packet: RtpPacket, codec: CodecName, nowMs: number): void {
    const { to } = this.#options;
    const target = to.format?.codec;
    if (target === undefined) {
      to.skip();
    } else if (target === codec) {
      if (this.#builtFor !== undefined) this.#discard();
      to.sendAudio(packet, nowMs);
    } else if (isG711(target) && isG711(codec)) {
      if (this.#builtFor !== undefined) this.#discard();
      packet.payload = convertG711(codec, target, packet.payload);
      to.sendAudio(packet, nowMs);
    } else {
      this.#transcode(packet, codec, target, nowMs);
    }
  }

  /** Something else than audio comes from the other leg. */
  interrupt(): void {
    this.#transcoder?.interrupt();
  }

  /** Tells the encoder what loss the leg's far side reports, 0–100 %. */
  expectLoss(percent: number): void {
    this.#transcoder?.expectLoss(percent);
  }

  close(): void {
    this.#closed = true;
    this.#discard();
  }

  #transcode(packet: RtpPacket, from: CodecName, to: CodecName, nowMs: number): void {
    const { ptimeMs, fmtp } = this.#options.to.format ?? {};
    const wanted = `${from} ${to} ${ptimeMs} ${fmtp}`;
    if (this.#builtFor !== wanted) this.#build(wanted, from, to, ptimeMs, fmtp);
    // While it is being built, a few milliseconds, nothing is kept.
    if (this.#transcoder === undefined) this.#options.to.skip();
    else this.#transcoder.push(packet, nowMs);
  }

  #build(
    wanted: string,
    from: CodecName,
    to: CodecName,
    ptimeMs: number | undefined,
    fmtp: string | undefined,
  ): void {
    this.#discard();
    this.#builtFor = wanted;
    createTranscoder({
      from,
      to,
      opus: opusSettingsFor(fmtp, this.#options.opus),
      ...(ptimeMs === undefined ? {} : { ptimeMs: Math.min(60, Math.max(10, ptimeMs)) }),
      send: (packet) => this.#options.to.sendAudio(packet, performance.now()),
    })
      .then((transcoder) => {
        if (this.#closed || this.#builtFor !== wanted) {
          transcoder.close();
          return;
        }
        this.#transcoder = transcoder;
        this.#endTicks = onTick((now) => transcoder.poll(now));
      })
      .catch((error: unknown) => {
        if (this.#builtFor === wanted) this.#builtFor = undefined;
        this.#options.onError(error);
      });
  }

  #discard(): void {
    this.#endTicks?.();
    this.#endTicks = undefined;
    this.#transcoder?.close();
    this.#transcoder = undefined;
    this.#builtFor = undefined;
  }
}
