import type { MediaDescription } from './session-description.ts';

/** One RTP format: what `a=rtpmap` and `a=fmtp` say about a payload type. */
export interface Codec {
  /** Encoding name, such as `PCMA`, `G722`, `opus`; compared without case. */
  name: string;
  payloadType: number;
  /** RTP clock in Hz (8000 for G.722 by RFC 3551 §4.5.2). */
  clockRate: number;
  /** Default 1. */
  channels?: number;
  /** Format parameters as written. */
  fmtp?: string;
}

/** Payload types with a fixed meaning (RFC 3551 §6) that may come without rtpmap. */
const STATIC: Readonly<Record<number, Omit<Codec, 'payloadType'>>> = {
  0: { name: 'PCMU', clockRate: 8_000 },
  3: { name: 'GSM', clockRate: 8_000 },
  4: { name: 'G723', clockRate: 8_000 },
  8: { name: 'PCMA', clockRate: 8_000 },
  9: { name: 'G722', clockRate: 8_000 },
  13: { name: 'CN', clockRate: 8_000 },
  18: { name: 'G729', clockRate: 8_000 },
};

/** Name of the format for DTMF digits (RFC 4733). */
export const TELEPHONE_EVENT = 'telephone-event';

/** Formats of an RTP media section in their order; those without a known meaning are left out. */
export function codecsOf(media: MediaDescription): Codec[] {
  const maps = byPayloadType(media, 'rtpmap');
  const fmtps = byPayloadType(media, 'fmtp');
  const out: Codec[] = [];
  for (const format of media.formats) {
    const payloadType = Number(format);
    if (!/^\d{1,3}$/.test(format) || payloadType > 127) continue;
    const codec = mapped(payloadType, maps.get(format));
    if (codec === undefined) continue;
    const fmtp = fmtps.get(format);
    if (fmtp !== undefined) codec.fmtp = fmtp;
    out.push(codec);
  }
  return out;
}

function mapped(payloadType: number, rtpmap: string | undefined): Codec | undefined {
  if (rtpmap === undefined) {
    const fixed = STATIC[payloadType];
    return fixed === undefined ? undefined : { ...fixed, payloadType };
  }
  const match = /^([^/\s]+)\/(\d{1,7})(?:\/(\d{1,2}))?\s*$/.exec(rtpmap);
  if (match === null) return undefined;
  const codec: Codec = { name: match[1] as string, payloadType, clockRate: Number(match[2]) };
  if (match[3] !== undefined && match[3] !== '1') codec.channels = Number(match[3]);
  return corrected(codec);
}

/**
 * Two formats whose rtpmap is fixed whatever is meant, and that devices get wrong: the RTP clock of
 * G.722 is 8000 although it samples at 16000 (RFC 3551 §4.5.2), and Opus always says 48000/2
 * (RFC 7587 §7).
 */
function corrected(codec: Codec): Codec {
  const name = codec.name.toLowerCase();
  if (name === 'g722' && codec.clockRate === 16_000) codec.clockRate = 8_000;
  if (name === 'opus' && codec.clockRate === 48_000) codec.channels = 2;
  return codec;
}

function byPayloadType(media: MediaDescription, name: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const attribute of media.attributes) {
    if (attribute.name !== name || attribute.value === undefined) continue;
    const space = attribute.value.indexOf(' ');
    if (space > 0)
      out.set(attribute.value.slice(0, space), attribute.value.slice(space + 1).trim());
  }
  return out;
}

/** Whether two formats mean the same coding; payload types and parameters may differ. */
export function sameCodec(a: Codec, b: Codec): boolean {
  return (
    a.name.toLowerCase() === b.name.toLowerCase() &&
    a.clockRate === b.clockRate &&
    (a.channels ?? 1) === (b.channels ?? 1)
  );
}

export function isTelephoneEvent(codec: Codec): boolean {
  return codec.name.toLowerCase() === TELEPHONE_EVENT;
}

/**
 * The telephone-event that goes with a codec: of its clock (RFC 4733 §2.1), else of 8 kHz, the only
 * one that many devices have beside Opus.
 */
export function telephoneEventFor(codec: Codec, formats: readonly Codec[]): Codec | undefined {
  const events = formats.filter(isTelephoneEvent);
  return (
    events.find(({ clockRate }) => clockRate === codec.clockRate) ??
    events.find(({ clockRate }) => clockRate === 8_000)
  );
}

/** `a=rtpmap` and `a=fmtp` of a format. */
export function codecAttributes(codec: Codec): { name: string; value: string }[] {
  const channels = codec.channels === undefined ? '' : `/${codec.channels}`;
  const map = `${codec.payloadType} ${codec.name}/${codec.clockRate}${channels}`;
  const out = [{ name: 'rtpmap', value: map }];
  if (codec.fmtp !== undefined) {
    out.push({ name: 'fmtp', value: `${codec.payloadType} ${codec.fmtp}` });
  }
  return out;
}
