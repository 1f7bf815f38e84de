import type { AudioCodec, CallQuality, LegQuality } from '@trunkline/contracts/media.ts';
import { mosOverNetwork } from '@trunkline/media/e-model.ts';

/** Bars of voice quality; 0 means nothing arrives. */
export type Quality = 0 | 1 | 2 | 3;

/** Counters of a connection at one moment, out of `RTCPeerConnection.getStats`. */
export interface MediaSample {
  /** Milliseconds, monotonic. */
  readonly at: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  /** Seconds. */
  readonly jitter: number;
  /** Seconds; null while unmeasured. */
  readonly roundTrip: number | null;
  /** Sum of audio energy received; grows only when something is to be heard. */
  readonly energy: number;
  /** Name of what is received, such as PCMA; null before the first packet. */
  readonly codec: string | null;
}

/** What this browser receives, between two samples; the figures of `LegQuality` it can know. */
export type Received = Omit<LegQuality, 'encrypted'>;

/** Codecs the E-model knows, by their name in a browser's statistics in lower case. */
const rated: Readonly<Record<string, AudioCodec>> = {
  pcma: 'PCMA',
  pcmu: 'PCMU',
  g722: 'G722',
  opus: 'opus',
};

export function receivedBetween(before: MediaSample, after: MediaSample): Received {
  const received = Math.max(0, after.packetsReceived - before.packetsReceived);
  const lost = Math.max(0, after.packetsLost - before.packetsLost);
  const figures = {
    lossPercent: lost === 0 ? 0 : (100 * lost) / (received + lost),
    jitterMs: after.jitter * 1000,
    roundTripMs: after.roundTrip === null ? null : after.roundTrip * 1000,
  };
  const codec = rated[after.codec?.toLowerCase() ?? ''];
  // Where nothing arrives there is nothing to rate.
  const mos = codec && received > 0 ? mosOverNetwork({ codec, ...figures }) : null;
  return { codec: after.codec, ...figures, mos };
}

/**
 * Bars for figures: three below 1 % loss, 30 ms jitter and 250 ms round trip; one above 4 %,
 * 60 ms or 450 ms, where people begin to ask "pardon?" (after ITU-T G.107).
 */
function barsOf({ lossPercent, jitterMs, roundTripMs }: Omit<Received, 'mos'>): 1 | 2 | 3 {
  const roundTrip = roundTripMs ?? 0;
  if (lossPercent > 4 || jitterMs > 60 || roundTrip > 450) return 1;
  if (lossPercent > 1 || jitterMs > 30 || roundTrip > 250) return 2;
  return 3;
}

/** Quality between two samples of this browser. */
export function qualityOf(before: MediaSample, after: MediaSample): Quality {
  if (after.packetsReceived - before.packetsReceived <= 0) return 0;
  return barsOf(receivedBetween(before, after));
}

/** Bars of one side as the media node sees it; the MOS says it all where there is one (G.107). */
function barsOfLeg(leg: LegQuality): 1 | 2 | 3 {
  if (leg.mos === null) return barsOf(leg);
  return leg.mos >= 3.8 ? 3 : leg.mos >= 3.1 ? 2 : 1;
}

/** The worst part of the way decides: a call is as good as its weakest piece. */
export function overall(own: Quality | null, reported: CallQuality | undefined): Quality | null {
  const parts = [reported?.client, reported?.pbx].flatMap((leg) => (leg ? [barsOfLeg(leg)] : []));
  if (own === null && parts.length === 0) return null;
  return Math.min(own ?? 3, ...parts) as Quality;
}

/** Picks the numbers we need out of a statistics report. */
export function readSample(report: RTCStatsReport, at: number): MediaSample {
  const sample = {
    at,
    packetsReceived: 0,
    packetsLost: 0,
    jitter: 0,
    roundTrip: null as number | null,
    energy: 0,
    codec: null as string | null,
  };
  const number = (value: unknown) => (typeof value === 'number' ? value : 0);
  const codecs = new Map<unknown, string>();
  let codecId: unknown;
  report.forEach((entry: Record<string, unknown>) => {
    if (entry.type === 'codec' && typeof entry.mimeType === 'string')
      codecs.set(entry.id, entry.mimeType.replace(/^audio\//i, ''));
    else if (entry.type === 'inbound-rtp' && entry.kind === 'audio') {
      sample.packetsReceived += number(entry.packetsReceived);
      sample.packetsLost += number(entry.packetsLost);
      sample.jitter = Math.max(sample.jitter, number(entry.jitter));
      sample.energy += number(entry.totalAudioEnergy);
      codecId = entry.codecId ?? codecId;
    } else if (
      entry.type === 'candidate-pair' &&
      entry.nominated === true &&
      typeof entry.currentRoundTripTime === 'number'
    )
      sample.roundTrip = entry.currentRoundTripTime;
  });
  sample.codec = codecs.get(codecId) ?? null;
  return sample;
}
