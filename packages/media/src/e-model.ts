/**
 * Speech quality estimated from figures of the network: the E-model (ITU-T G.107, 06/2015) with
 * every acoustic parameter at its default, so that R begins at 93.2 and only the delay and the
 * loss of packets take from it. Wideband codecs are rated on the same narrowband scale: their
 * better sound does not show, loss and delay do.
 */
import type { CodecName } from './engine.ts';

/** R with all parameters at their defaults and no delay (G.107 §7.7). */
const DEFAULT_RATING = 93.2;
/** Impairment of a connection that carries nothing (G.107 §7.5). */
const MAX_EQUIPMENT_IMPAIRMENT = 95;

/** Frame and algorithmic delay of a codec with 20 ms packets, ms. */
const CODEC_DELAY_MS = 25;
/** Jitter buffer of the listener as a multiple of the jitter, at least one packet, ms. */
const BUFFER_PER_JITTER = 2;
const MIN_BUFFER_MS = 20;

interface CodecImpairment {
  /** Equipment impairment factor `Ie` without loss. */
  ie: number;
  /** Packet-loss robustness factor `Bpl`. */
  bpl: number;
}

/**
 * G.113 (11/2007) Appendix I lists, for random loss: G.711 with concealment 0 and 25.1 (without
 * 0 and 4.3), G.729A 11 and 19.0. It has no narrowband values for G.722 and Opus. Assumed: G.722
 * is concealed as G.711 is; Opus, which predicts across frames, is as robust as G.729A.
 */
const IMPAIRMENTS: Readonly<Record<CodecName, CodecImpairment>> = {
  PCMA: { ie: 0, bpl: 25.1 },
  PCMU: { ie: 0, bpl: 25.1 },
  G722: { ie: 0, bpl: 25.1 },
  opus: { ie: 0, bpl: 19 },
};

export interface MosInput {
  codec: CodecName;
  /** Packets lost on the way or too late to be played, 0–100 %. */
  lossPercent: number;
  /**
   * Mean length of bursts of loss over the mean length under random loss (`BurstR`); 1 when loss
   * is random, larger when it comes in bursts. Default 1.
   */
  burstRatio?: number;
  /** One-way delay from mouth to ear in ms, jitter buffer and packet time included. */
  delayMs: number;
}

/** Transmission rating factor R, 0 (unusable) to 93.2 (G.107 §7). */
export function ratingOf({ codec, lossPercent, burstRatio = 1, delayMs }: MosInput): number {
  const { ie, bpl } = IMPAIRMENTS[codec];
  const loss = Math.min(100, Math.max(0, lossPercent));
  const ieEffective =
    ie + ((MAX_EQUIPMENT_IMPAIRMENT - ie) * loss) / (loss / Math.max(1, burstRatio) + bpl);
  return Math.max(0, DEFAULT_RATING - delayImpairment(delayMs) - ieEffective);
}

/** Estimated mean opinion score (MOS-CQE), 1 (bad) to 4.41 (G.107 Annex B). */
export function mosOf(input: MosInput): number {
  const r = ratingOf(input);
  // The curve dips below 1 for the lowest ratings.
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

/** What is known of a way through the network. */
export interface NetworkFigures extends Omit<MosInput, 'delayMs'> {
  jitterMs: number;
  /** Null while unmeasured; it then counts as none. */
  roundTripMs: number | null;
  /** What the listener's jitter buffer waits; estimated from the jitter when not known, ms. */
  bufferMs?: number;
}

/** Estimated mean opinion score of what comes over a network, 1 (bad) to 4.41. */
export function mosOverNetwork({
  jitterMs,
  roundTripMs,
  bufferMs,
  ...rest
}: NetworkFigures): number {
  const buffer = bufferMs ?? Math.max(MIN_BUFFER_MS, BUFFER_PER_JITTER * jitterMs);
  return mosOf({ ...rest, delayMs: (roundTripMs ?? 0) / 2 + buffer + CODEC_DELAY_MS });
}

/** Impairment by pure delay without echo, `Idd` (G.107 §7.4, equation 7-27 with sT = 1, mT = 100). */
function delayImpairment(delayMs: number): number {
  if (delayMs <= 100) return 0;
  const x = Math.log2(delayMs / 100);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
}
