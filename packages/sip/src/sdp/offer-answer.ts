import {
  type Codec,
  codecAttributes,
  codecsOf,
  isTelephoneEvent,
  sameCodec,
  TELEPHONE_EVENT,
} from './codec.ts';
import {
  type Direction,
  declaredDirection,
  directionOf,
  intersect,
  receives,
  sends,
} from './direction.ts';
import {
  type Attribute,
  attributeOf,
  type Connection,
  type MediaDescription,
  type Origin,
  type SessionDescription,
} from './session-description.ts';

/** What our side can do with one audio stream. */
export interface MediaCapabilities {
  /** IP address media is received at. */
  address: string;
  port: number;
  /** In order of preference, without telephone-event. */
  codecs: readonly Codec[];
  /** Payload type for DTMF at 8 kHz; absent: no RFC 4733. */
  telephoneEvent?: { payloadType: number; events?: string };
  direction: Direction;
  /** Milliseconds of audio a packet we like to receive. */
  ptime?: number;
  /** Offer RTP and RTCP on one port (RFC 5761). */
  rtcpMux?: boolean;
  /** `o=` line: the same id for a whole call, a higher version with every change. */
  session: { id: string; version: number; username?: string };
  /** Whose order of codecs decides an answer; default `offer` (RFC 3264 §6.1). */
  preference?: 'offer' | 'local';
}

/** What both sides agreed on, seen from ours. */
export interface NegotiatedMedia {
  /** Format we send, as the other side describes it. */
  codec: Codec;
  sendPayloadType: number;
  receivePayloadType: number;
  /** Payload types for telephone-event; absent when one side has none. */
  dtmf?: { sendPayloadType: number; receivePayloadType: number };
  remoteAddress: string;
  remotePort: number;
  /** From `a=rtcp`, else the next port, the same one with rtcp-mux. */
  remoteRtcpPort: number;
  rtcpMux: boolean;
  direction: Direction;
  /** The other side does not want to hear us: it holds the call. */
  held: boolean;
  /** Milliseconds of audio a packet we send. */
  ptime: number;
  /** Index of the m-line. */
  mediaIndex: number;
}

/** Why no media was agreed on. */
export type NegotiationError =
  /** No audio line at all. */
  | 'no-audio'
  /** Audio lines have port 0. */
  | 'audio-rejected'
  /** Audio is there, but not as plain RTP. */
  | 'unsupported-protocol'
  | 'no-common-codec'
  /** Neither session nor media say where to send. */
  | 'no-connection-address'
  /** The answer has other m-lines than the offer (RFC 3264 §6). */
  | 'answer-does-not-match';

export type AnswerResult =
  | { ok: true; answer: SessionDescription; negotiated: NegotiatedMedia }
  | { ok: false; error: NegotiationError };

export type OfferResult =
  | { ok: true; negotiated: NegotiatedMedia }
  | { ok: false; error: NegotiationError };

const DEFAULT_PTIME = 20;
const DEFAULT_EVENTS = '0-16';
const PROTOCOL = 'RTP/AVP';

/** The offer of one audio stream (RFC 3264 §5). */
export function createOffer(local: MediaCapabilities): SessionDescription {
  const formats = [...local.codecs];
  if (local.telephoneEvent !== undefined) formats.push(ownTelephoneEvent(local.telephoneEvent));
  return session(local, [
    audioSection(local, PROTOCOL, formats, local.direction, local.rtcpMux === true),
  ]);
}

/**
 * The answer to an offer (RFC 3264 §6): the first audio line that can be met is accepted with one
 * codec, every other line is refused with port 0, all in the order of the offer.
 */
export function createAnswer(offer: SessionDescription, local: MediaCapabilities): AnswerResult {
  let error: NegotiationError = 'no-audio';
  for (const [index, media] of offer.media.entries()) {
    if (media.media !== 'audio') continue;
    const found = negotiateOffered(offer, media, index, local);
    if (typeof found === 'string') {
      if (error === 'no-audio' || found === 'no-common-codec') error = found;
      continue;
    }
    const { negotiated, formats } = found;
    const mux = negotiated.rtcpMux;
    const accepted = audioSection(local, media.protocol, formats, negotiated.direction, mux);
    const sections = offer.media.map((other, i) => (i === index ? accepted : refused(other)));
    return { ok: true, answer: session(local, sections), negotiated };
  }
  return { ok: false, error };
}

/**
 * What an answer to our own offer means.
 *
 * @param offer as it was sent, made by `createOffer`
 * @param local the capabilities it was made of
 */
export function completeOffer(
  offer: SessionDescription,
  answer: SessionDescription,
  local: MediaCapabilities,
): OfferResult {
  if (offer.media.length !== answer.media.length) return fail('answer-does-not-match');
  for (const [index, media] of answer.media.entries()) {
    const offered = offer.media[index];
    if (offered === undefined || offered.media !== media.media)
      return fail('answer-does-not-match');
    if (media.media !== 'audio') continue;
    if (media.port === 0) return fail('audio-rejected');
    const own = codecsOf(offered);
    const answered = codecsOf(media);
    const codec = answered.find((c) => !isTelephoneEvent(c) && own.some((o) => sameCodec(o, c)));
    const mine = codec === undefined ? undefined : own.find((o) => sameCodec(o, codec));
    if (codec === undefined || mine === undefined) return fail('no-common-codec');
    const common = remoteSide(answer, media, local);
    if (common === undefined) return fail('no-connection-address');
    const negotiated: NegotiatedMedia = {
      ...common,
      codec,
      sendPayloadType: codec.payloadType,
      receivePayloadType: mine.payloadType,
      rtcpMux: common.rtcpMux && attributeOf(offered, 'rtcp-mux') !== undefined,
      mediaIndex: index,
    };
    const theirs = answered.find((c) => isTelephoneEvent(c) && c.clockRate === codec.clockRate);
    const ours = own.find((c) => isTelephoneEvent(c) && c.clockRate === codec.clockRate);
    if (theirs !== undefined && ours !== undefined) {
      negotiated.dtmf = {
        sendPayloadType: theirs.payloadType,
        receivePayloadType: ours.payloadType,
      };
    }
    return { ok: true, negotiated };
  }
  return fail('no-audio');
}

function negotiateOffered(
  offer: SessionDescription,
  media: MediaDescription,
  mediaIndex: number,
  local: MediaCapabilities,
): { negotiated: NegotiatedMedia; formats: Codec[] } | NegotiationError {
  if (media.port === 0) return 'audio-rejected';
  if (media.protocol !== PROTOCOL && media.protocol !== 'RTP/AVPF') return 'unsupported-protocol';
  const offered = codecsOf(media);
  const chosen = chooseCodec(offered, local);
  if (chosen === undefined) return 'no-common-codec';
  const codec = chosen.theirs;
  const common = remoteSide(offer, media, local);
  if (common === undefined) return 'no-connection-address';
  // The answer uses the payload types of the offer, so both directions have the same (§6.1).
  const negotiated: NegotiatedMedia = {
    ...common,
    codec,
    sendPayloadType: codec.payloadType,
    receivePayloadType: codec.payloadType,
    mediaIndex,
  };
  const formats = [{ ...chosen.ours, payloadType: codec.payloadType }];
  const events = offered.find((c) => isTelephoneEvent(c) && c.clockRate === codec.clockRate);
  if (events !== undefined && local.telephoneEvent !== undefined) {
    const { payloadType } = events;
    negotiated.dtmf = { sendPayloadType: payloadType, receivePayloadType: payloadType };
    formats.push({
      ...ownTelephoneEvent({ ...local.telephoneEvent, payloadType }),
      clockRate: events.clockRate,
    });
  }
  return { negotiated, formats };
}

/** The common codec as each side describes it. */
function chooseCodec(
  offered: readonly Codec[],
  local: MediaCapabilities,
): { theirs: Codec; ours: Codec } | undefined {
  if (local.preference === 'local') {
    for (const ours of local.codecs) {
      const theirs = offered.find((codec) => sameCodec(codec, ours));
      if (theirs !== undefined) return { theirs, ours };
    }
    return undefined;
  }
  for (const theirs of offered) {
    const ours = local.codecs.find((codec) => sameCodec(codec, theirs));
    if (ours !== undefined) return { theirs, ours };
  }
  return undefined;
}

/** The part of the result that depends on the other side's section alone. */
function remoteSide(
  description: SessionDescription,
  media: MediaDescription,
  local: MediaCapabilities,
):
  | Omit<
      NegotiatedMedia,
      'codec' | 'sendPayloadType' | 'receivePayloadType' | 'mediaIndex' | 'dtmf'
    >
  | undefined {
  const connection = media.connection ?? description.connection;
  if (connection === undefined) return undefined;
  const declared = declaredDirection(description, media);
  // The old way to hold: the address 0.0.0.0 takes no media (RFC 3264 §8.4).
  const nowhere = connection.address === '0.0.0.0' || connection.address === '::';
  const remoteDirection = nowhere ? directionOf(sends(declared), false) : declared;
  const rtcpMux = local.rtcpMux === true && attributeOf(media, 'rtcp-mux') !== undefined;
  const rtcp = /^(\d{1,5})\b/.exec(attributeOf(media, 'rtcp') ?? '')?.[1];
  const next = rtcp === undefined ? media.port + 1 : Number(rtcp);
  return {
    remoteAddress: connection.address,
    remotePort: media.port,
    remoteRtcpPort: rtcpMux ? media.port : next,
    rtcpMux,
    direction: intersect(local.direction, remoteDirection),
    held: !receives(remoteDirection),
    ptime: readPtime(media) ?? local.ptime ?? DEFAULT_PTIME,
  };
}

function readPtime(media: MediaDescription): number | undefined {
  const wanted = Number(attributeOf(media, 'ptime'));
  const longest = Number(attributeOf(media, 'maxptime'));
  if (!(wanted >= 5 && wanted <= 200)) return undefined;
  return longest >= 5 && longest < wanted ? longest : wanted;
}

function session(local: MediaCapabilities, media: MediaDescription[]): SessionDescription {
  const connection = connectionOf(local.address);
  const origin: Origin = {
    username: local.session.username ?? '-',
    sessionId: local.session.id,
    sessionVersion: String(local.session.version),
    ...connection,
  };
  return {
    origin,
    sessionName: '-',
    connection,
    bandwidths: [],
    timing: ['0 0'],
    attributes: [],
    media,
  };
}

function audioSection(
  local: MediaCapabilities,
  protocol: string,
  formats: readonly Codec[],
  direction: Direction,
  rtcpMux: boolean,
): MediaDescription {
  const attributes: Attribute[] = formats.flatMap(codecAttributes);
  if (local.ptime !== undefined) attributes.push({ name: 'ptime', value: String(local.ptime) });
  attributes.push({ name: direction });
  if (rtcpMux) attributes.push({ name: 'rtcp-mux' });
  return {
    media: 'audio',
    port: local.port,
    protocol,
    formats: formats.map((codec) => String(codec.payloadType)),
    bandwidths: [],
    attributes,
  };
}

function refused(media: MediaDescription): MediaDescription {
  const { media: type, protocol, formats } = media;
  return { media: type, port: 0, protocol, formats, bandwidths: [], attributes: [] };
}

function ownTelephoneEvent(event: { payloadType: number; events?: string }): Codec {
  return {
    name: TELEPHONE_EVENT,
    payloadType: event.payloadType,
    clockRate: 8_000,
    fmtp: event.events ?? DEFAULT_EVENTS,
  };
}

function connectionOf(address: string): Connection {
  return { addressType: address.includes(':') ? 'IP6' : 'IP4', address };
}

function fail(error: NegotiationError): { ok: false; error: NegotiationError } {
  return { ok: false, error };
}
