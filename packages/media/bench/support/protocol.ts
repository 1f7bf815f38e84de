/** What a bench and its load generator say to each other. */
import type { CodecName } from '../../src/engine.ts';

export interface EndFormat {
  codec: CodecName;
  payloadType: number;
  /** Present: what this end sends is SRTP (AES_CM_128_HMAC_SHA1_80) under this base64 key. */
  srtpKey?: string;
}

/** Ports of the two ends of a call, or where they send to. */
export interface CallEnds {
  a: number;
  b: number;
}

export interface GeneratorReport {
  /** Since the mark. */
  sent: number;
  received: number;
  delayMs: { p50: number; p99: number; max: number };
  /** What Opus ends received; null without any. */
  opus: OpusSample | null;
}

/** Opus packets as an engine makes them (RFC 6716 §3.1). */
export interface OpusSample {
  /** Mean length of a payload, octets. */
  meanLength: number;
  /** The commonest configuration: mode, bandwidth and frame length, 0–31. */
  configuration: number;
  /** Share of packets with two channels, 0–1. */
  stereo: number;
}

export type ToGenerator =
  | { kind: 'open'; calls: number; a: EndFormat; b: EndFormat }
  | { kind: 'aim'; targets: CallEnds[] }
  | { kind: 'mark' }
  | { kind: 'report' }
  | { kind: 'stop' };

export type FromGenerator =
  | { kind: 'opened'; ports: CallEnds[] }
  | { kind: 'done' }
  | { kind: 'report'; report: GeneratorReport };
