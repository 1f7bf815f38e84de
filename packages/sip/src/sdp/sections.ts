import { type Codec, codecAttributes, codecsOf, sameCodec, TELEPHONE_EVENT } from './codec.ts';
import { type CryptoAttribute, formatCrypto } from './crypto.ts';
import type { Direction } from './direction.ts';
import { type DtlsParameters, dtlsAttributes } from './dtls.ts';
import { iceAttributes } from './ice.ts';
import type { MediaCapabilities } from './media.ts';
import { serializeSdp } from './serialize.ts';
import type {
  Attribute,
  Connection,
  MediaDescription,
  SessionDescription,
} from './session-description.ts';

const DEFAULT_EVENTS = '0-16';
const DYNAMIC = { first: 96, last: 127 };

/** What makes one audio section of ours. */
export interface AudioSection {
  protocol: string;
  formats: readonly Codec[];
  direction: Direction;
  rtcpMux: boolean;
  crypto: readonly CryptoAttribute[];
  dtls: DtlsParameters | undefined;
}

/** An audio section of ours. */
export function audioSection(local: MediaCapabilities, audio: AudioSection): MediaDescription {
  const attributes: Attribute[] = audio.formats.flatMap(codecAttributes);
  if (local.ptime !== undefined) attributes.push({ name: 'ptime', value: String(local.ptime) });
  if (local.maxptime !== undefined) {
    attributes.push({ name: 'maxptime', value: String(local.maxptime) });
  }
  attributes.push({ name: audio.direction });
  if (audio.rtcpMux) attributes.push({ name: 'rtcp-mux' });
  for (const line of audio.crypto) attributes.push({ name: 'crypto', value: formatCrypto(line) });
  if (audio.dtls !== undefined) attributes.push(...dtlsAttributes(audio.dtls));
  if (local.ice !== undefined) attributes.push(...iceAttributes(local.ice));
  return {
    media: 'audio',
    port: local.port,
    protocol: audio.protocol,
    formats: audio.formats.map((codec) => String(codec.payloadType)),
    bandwidths: [],
    attributes,
  };
}

/** A section we do not want, with the formats it had: an m-line needs some (RFC 3264 §6). */
export function refused(media: MediaDescription): MediaDescription {
  const { media: type, protocol, formats } = media;
  return { media: type, port: 0, protocol, formats, bandwidths: [], attributes: [] };
}

/** The whole description, with the `o=` line RFC 3264 §8 asks for. */
export function ownSession(
  local: MediaCapabilities,
  media: MediaDescription[],
): SessionDescription {
  const connection = connectionOf(local.address);
  const { previous, session } = local;
  const description: SessionDescription = {
    origin: {
      username: previous?.origin.username ?? session.username ?? '-',
      sessionId: previous?.origin.sessionId ?? session.id,
      sessionVersion: previous?.origin.sessionVersion ?? String(session.version),
      ...connection,
    },
    sessionName: '-',
    connection,
    bandwidths: [],
    timing: ['0 0'],
    attributes: local.ice?.lite === true ? [{ name: 'ice-lite' }] : [],
    media,
  };
  if (previous !== undefined && serializeSdp(description) !== serializeSdp(previous)) {
    description.origin.sessionVersion = String(BigInt(previous.origin.sessionVersion) + 1n);
  }
  return description;
}

/**
 * Formats of an offer: the codecs and a telephone-event for each of their clocks. A payload type
 * keeps the meaning it had in the description before (RFC 3264 §8.3.2).
 */
export function offeredFormats(local: MediaCapabilities, before: readonly Codec[]): Codec[] {
  const wanted: Codec[] = [...local.codecs];
  if (local.telephoneEvent !== undefined) {
    const clocks = new Set(local.codecs.map((codec) => codec.clockRate));
    const ordered = clocks.has(8_000) ? new Set([8_000, ...clocks]) : clocks;
    for (const clockRate of ordered) {
      wanted.push(ownTelephoneEvent(local.telephoneEvent, clockRate));
    }
  }
  const taken = new Map<number, Codec>(before.map((codec) => [codec.payloadType, codec]));
  const kept = wanted.map((codec) => before.find((old) => sameCodec(old, codec))?.payloadType);
  const used = new Set(kept);
  return wanted.map((codec, i) => {
    const payloadType = kept[i] ?? freePayloadType(codec, used, taken);
    used.add(payloadType);
    return { ...codec, payloadType };
  });
}

/** Telephone-event as we write it. */
export function ownTelephoneEvent(
  event: { payloadType: number; events?: string },
  clockRate: number,
): Codec {
  return {
    name: TELEPHONE_EVENT,
    payloadType: event.payloadType,
    clockRate,
    fmtp: event.events ?? DEFAULT_EVENTS,
  };
}

/** Formats of the audio section an earlier description of ours used. */
export function formatsBefore(media: MediaDescription | undefined): Codec[] {
  return media === undefined ? [] : codecsOf(media);
}

/** The wish of the codec where it is free, else the first dynamic payload type that is. */
function freePayloadType(
  codec: Codec,
  used: ReadonlySet<number | undefined>,
  taken: ReadonlyMap<number, Codec>,
): number {
  const free = (type: number) => !used.has(type) && !taken.has(type);
  if (free(codec.payloadType)) return codec.payloadType;
  for (let type = DYNAMIC.first; type <= DYNAMIC.last; type++) if (free(type)) return type;
  throw new RangeError('more formats than dynamic payload types');
}

function connectionOf(address: string): Connection {
  return { addressType: address.includes(':') ? 'IP6' : 'IP4', address };
}
