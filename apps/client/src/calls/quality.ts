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
}

/**
 * Quality between two samples: three bars below 1 % loss, 30 ms jitter and 250 ms round trip;
 * one bar above 4 %, 60 ms or 450 ms, where people begin to ask "pardon?" (after ITU-T G.107).
 */
export function qualityOf(before: MediaSample, after: MediaSample): Quality {
  const received = after.packetsReceived - before.packetsReceived;
  if (received <= 0) return 0;
  const lost = Math.max(0, after.packetsLost - before.packetsLost);
  const loss = lost / (received + lost);
  const jitter = after.jitter * 1000;
  const roundTrip = (after.roundTrip ?? 0) * 1000;
  if (loss > 0.04 || jitter > 60 || roundTrip > 450) return 1;
  if (loss > 0.01 || jitter > 30 || roundTrip > 250) return 2;
  return 3;
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
  };
  const number = (value: unknown) => (typeof value === 'number' ? value : 0);
  report.forEach((entry: Record<string, unknown>) => {
    if (entry.type === 'inbound-rtp' && entry.kind === 'audio') {
      sample.packetsReceived += number(entry.packetsReceived);
      sample.packetsLost += number(entry.packetsLost);
      sample.jitter = Math.max(sample.jitter, number(entry.jitter));
      sample.energy += number(entry.totalAudioEnergy);
    } else if (
      entry.type === 'candidate-pair' &&
      entry.nominated === true &&
      typeof entry.currentRoundTripTime === 'number'
    )
      sample.roundTrip = entry.currentRoundTripTime;
  });
  return sample;
}
