/**
 * Reads a browser's SDP offer (RFC 8866, RFC 8829) and reduces it to what the engine answers: one
 * codec, the telephone-event of its clock, no candidates.
 */
import { CODECS, type CodecDescription, describeCodec } from './codec.ts';
import type { CodecName } from './engine.ts';
import { MediaEngineError } from './engine-error.ts';

/** What is allowed when nobody says: every browser speaks them and no telephone needs more. */
export const DEFAULT_CODECS: readonly CodecName[] = ['PCMA', 'PCMU'];
/** More than any browser writes; bounds the work an offer can cause. */
const MAX_OFFER_LENGTH = 65_536;
const MAX_OFFER_LINES = 2_000;

export interface WebOffer {
  /** Codec the answer is to hold, with the offer's payload type. */
  codec: CodecName;
  payloadType: number;
  /** Payload type of telephone-event at the codec's clock; undefined when none is offered. */
  dtmfPayloadType: number | undefined;
  /** Format parameters the browser wants of the codec. */
  fmtp: string | undefined;
  /** DTLS fingerprint, lower case: tells the browser's connections apart. */
  fingerprint: string;
  /** ICE user name fragment: another one on the same connection is an ICE restart. */
  iceUfrag: string;
  /** The offer with these payload types only and without its candidate lines. */
  reducedSdp: string;
}

/**
 * Reads an offer.
 * @param codecs those allowed, the preferred one first
 * @throws MediaEngineError `offer-unusable`
 */
export function readWebOffer(sdp: string, codecs: readonly CodecName[] = DEFAULT_CODECS): WebOffer {
  if (sdp.length > MAX_OFFER_LENGTH) throw unusable('the offer is too long');
  const lines = sdp.split(/\r?\n/);
  if (lines.length > MAX_OFFER_LINES) throw unusable('the offer has too many lines');
  if (lines[0] !== 'v=0') throw unusable('the offer is no SDP');

  const start = lines.findIndex((line) => line.startsWith('m='));
  const session = lines.slice(0, start);
  const section = lines.slice(start);
  const [kind, port, profile, ...formats] = (section[0] ?? '').split(' ');
  if (start < 0 || kind !== 'm=audio' || section.slice(1).some((line) => line.startsWith('m='))) {
    throw unusable('the offer must have exactly one media section, of audio');
  }
  if (port === '0') throw unusable('the audio section is rejected');

  const payloadTypes = readPayloadTypes(section, formats);
  const found = codecs.find((name) => payloadTypes.has(encodingOf(describeCodec(name))));
  if (found === undefined) throw unusable('the offer has no codec in common with the engine');
  const codec = describeCodec(found);

  const fingerprint = attribute('fingerprint', section, session)?.toLowerCase();
  const iceUfrag = attribute('ice-ufrag', section, session);
  if (fingerprint === undefined || iceUfrag === undefined) {
    throw unusable('the offer has no DTLS fingerprint or no ICE credentials');
  }
  const payloadType = payloadTypes.get(encodingOf(codec)) as number;
  const dtmfPayloadType = payloadTypes.get(`telephone-event/${codec.clockRate}`);
  const kept = dtmfPayloadType === undefined ? [payloadType] : [payloadType, dtmfPayloadType];
  const reduced = [
    ...session,
    `m=audio ${port} ${profile} ${kept.join(' ')}`,
    ...section.slice(1).filter((line) => isKept(line, kept)),
  ];
  return {
    codec: codec.name,
    payloadType,
    dtmfPayloadType,
    fmtp: attribute(
      'fmtp',
      section.filter((l) => l.startsWith(`a=fmtp:${payloadType} `)),
    )?.slice(String(payloadType).length + 1),
    fingerprint,
    iceUfrag,
    reducedSdp: reduced.join('\r\n'),
  };
}

function isKept(line: string, payloadTypes: readonly number[]): boolean {
  if (/^a=(candidate:|end-of-candidates|remote-candidates:|rtcp-fb:)/.test(line)) return false;
  const match = /^a=(?:rtpmap|fmtp):(\d+)/.exec(line);
  return match === null || payloadTypes.includes(Number(match[1]));
}

/** An encoding as `a=rtpmap` writes it, in lower case. */
function encodingOf({ name, clockRate, channels }: CodecDescription): string {
  return `${name.toLowerCase()}/${clockRate}${channels === 1 ? '' : `/${channels}`}`;
}

/** Encoding in lower case → payload type. */
function readPayloadTypes(section: readonly string[], formats: readonly string[]) {
  const offered = new Set(formats.map(Number));
  const payloadTypes = new Map<string, number>();
  for (const line of section) {
    const match = /^a=rtpmap:(\d{1,3}) ([\w-]+\/\d{4,6}(?:\/\d)?)$/.exec(line);
    if (match === null) continue;
    const payloadType = Number(match[1]);
    const encoding = (match[2] as string).toLowerCase().replace(/\/1$/, '');
    if (offered.has(payloadType) && payloadType < 128 && !payloadTypes.has(encoding)) {
      payloadTypes.set(encoding, payloadType);
    }
  }
  // Static payload types need no rtpmap (RFC 3551 §6).
  for (const codec of CODECS) {
    const encoding = encodingOf(codec);
    const { staticPayloadType } = codec;
    if (staticPayloadType === undefined) continue;
    if (offered.has(staticPayloadType) && !payloadTypes.has(encoding)) {
      payloadTypes.set(encoding, staticPayloadType);
    }
  }
  return payloadTypes;
}

function attribute(name: string, ...sections: readonly (readonly string[])[]): string | undefined {
  const prefix = `a=${name}:`;
  for (const section of sections) {
    const line = section.find((l) => l.startsWith(prefix));
    if (line !== undefined) return line.slice(prefix.length).trim();
  }
  return undefined;
}

function unusable(why: string): MediaEngineError {
  return new MediaEngineError('offer-unusable', why);
}
