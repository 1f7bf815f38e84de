/** Format parameters (`a=fmtp`) in their order; names in lower case, flags have the value `''`. */
export type FormatParameters = ReadonlyMap<string, string>;

/** Reads `name=value; name=value`; the first of two equal names counts. */
export function parseFmtp(text: string | undefined): FormatParameters {
  const out = new Map<string, string>();
  for (const part of (text ?? '').split(';')) {
    const eq = part.indexOf('=');
    const name = (eq < 0 ? part : part.slice(0, eq)).trim().toLowerCase();
    if (name !== '' && !out.has(name)) out.set(name, eq < 0 ? '' : part.slice(eq + 1).trim());
  }
  return out;
}

/** What a receiver of Opus asks its sender for (RFC 7587 §6.1); absent means the default. */
export interface OpusParameters {
  /** Hz the receiver plays at most; default 48000. */
  maxPlaybackRate?: number;
  /** bit/s on average at most; no default. */
  maxAverageBitrate?: number;
  /** Prefers stereo; default mono. */
  stereo?: boolean;
  /** Wants constant bit rate; default variable. */
  constantBitrate?: boolean;
  /** Can make use of in-band forward error correction; default no. */
  inbandFec?: boolean;
  /** Prefers that nothing is sent in silence; default no. */
  discontinuous?: boolean;
  /** Says that it is likely to send stereo; default mono. */
  sendsStereo?: boolean;
}

const OPUS_BITRATE = { least: 6_000, most: 510_000 };
const OPUS_RATE = { least: 8_000, most: 48_000 };

/**
 * Reads the parameters of Opus. Numbers out of range are brought into it, anything malformed counts
 * as absent: they are wishes, and no reason to refuse a call.
 */
export function parseOpusParameters(fmtp: string | undefined): OpusParameters {
  const params = parseFmtp(fmtp);
  const out: OpusParameters = {};
  const rate = numberIn(params.get('maxplaybackrate'), OPUS_RATE);
  if (rate !== undefined) out.maxPlaybackRate = rate;
  const bitrate = numberIn(params.get('maxaveragebitrate'), OPUS_BITRATE);
  if (bitrate !== undefined) out.maxAverageBitrate = bitrate;
  if (params.get('stereo') === '1') out.stereo = true;
  if (params.get('cbr') === '1') out.constantBitrate = true;
  if (params.get('useinbandfec') === '1') out.inbandFec = true;
  if (params.get('usedtx') === '1') out.discontinuous = true;
  if (params.get('sprop-stereo') === '1') out.sendsStereo = true;
  return out;
}

/** Parameters of Opus as text; `undefined` when all are the defaults. */
export function formatOpusParameters(opus: OpusParameters): string | undefined {
  const parts: string[] = [];
  if (opus.maxPlaybackRate !== undefined) parts.push(`maxplaybackrate=${opus.maxPlaybackRate}`);
  if (opus.maxAverageBitrate !== undefined) {
    parts.push(`maxaveragebitrate=${opus.maxAverageBitrate}`);
  }
  if (opus.stereo === true) parts.push('stereo=1');
  if (opus.constantBitrate === true) parts.push('cbr=1');
  if (opus.inbandFec === true) parts.push('useinbandfec=1');
  if (opus.discontinuous === true) parts.push('usedtx=1');
  if (opus.sendsStereo === true) parts.push('sprop-stereo=1');
  return parts.length === 0 ? undefined : parts.join(';');
}

/** DTMF and other events a telephone-event format takes (RFC 4733 §2.4.1), such as `0-15,66`. */
export function parseEvents(fmtp: string | undefined): ReadonlySet<number> {
  const events = new Set<number>();
  for (const part of (fmtp ?? '0-15').split(',')) {
    const match = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part);
    if (match === null) continue;
    const last = Math.min(Number(match[2] ?? match[1]), 255);
    for (let event = Number(match[1]); event <= last; event++) events.add(event);
  }
  return events;
}

function numberIn(
  text: string | undefined,
  range: { least: number; most: number },
): number | undefined {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined;
  return Math.min(Math.max(Number(text), range.least), range.most);
}
