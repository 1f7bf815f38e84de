import { type Codec, codecsOf, isTelephoneEvent, sameCodec, telephoneEventFor } from './codec.ts';
import { declaredDirection, directionOf, intersect, receives, sends } from './direction.ts';
import { iceOf } from './ice.ts';
import type { MediaCapabilities, NegotiatedMedia, NegotiationError } from './media.ts';
import {
  audioSection,
  formatsBefore,
  offeredFormats,
  ownSession,
  ownTelephoneEvent,
  refused,
} from './sections.ts';
import {
  answeredSecurity,
  answerSecurity,
  isProtected,
  offeredCrypto,
  offeredProtocol,
  type Security,
} from './security.ts';
import {
  attributeOf,
  hasAttribute,
  type MediaDescription,
  type SessionDescription,
} from './session-description.ts';

export type { MediaCapabilities, NegotiatedMedia, NegotiationError } from './media.ts';

export type AnswerResult =
  | { ok: true; answer: SessionDescription; negotiated: NegotiatedMedia }
  | { ok: false; error: NegotiationError };

export type OfferResult =
  | { ok: true; negotiated: NegotiatedMedia }
  | { ok: false; error: NegotiationError };

const DEFAULT_PTIME = 20;
const PTIME = { least: 5, most: 200 };

/**
 * The offer of one audio stream (RFC 3264 §5). With `local.previous` it continues that session: as
 * many m-lines, payload types that keep their meaning, and the right version (§8).
 */
export function createOffer(local: MediaCapabilities): SessionDescription {
  const before = local.previous?.media ?? [];
  const active = before.findIndex((media) => media.media === 'audio' && media.port !== 0);
  const index = active >= 0 ? active : before.findIndex((media) => media.media === 'audio');
  const audio = audioSection(local, {
    protocol: offeredProtocol(local),
    formats: offeredFormats(local, formatsBefore(before[index])),
    direction: local.direction,
    rtcpMux: local.rtcpMux === true,
    crypto: offeredCrypto(local),
    dtls: local.dtls,
  });
  const sections = before.map((media, i) => (i === index ? audio : refused(media)));
  if (index < 0) sections.push(audio);
  return ownSession(local, sections);
}

/**
 * The answer to an offer (RFC 3264 §6): one audio line is accepted with one codec, every other line
 * is refused with port 0, all in the order of the offer. Taken is the first line that can be met, an
 * encrypted one before a plain one.
 */
export function createAnswer(offer: SessionDescription, local: MediaCapabilities): AnswerResult {
  let error: NegotiationError = 'no-audio';
  let best: Agreement | undefined;
  for (const [index, media] of offer.media.entries()) {
    if (media.media !== 'audio') continue;
    const found = agree(offer, media, index, local);
    if (typeof found === 'string') {
      if (CLOSENESS.indexOf(found) > CLOSENESS.indexOf(error)) error = found;
    } else if (best === undefined || (isProtected(found.security) && !isProtected(best.security))) {
      best = found;
    }
  }
  if (best === undefined) return { ok: false, error };
  const { negotiated, formats, security } = best;
  const accepted = audioSection(local, {
    protocol: negotiated.protocol,
    formats,
    direction: negotiated.direction,
    rtcpMux: negotiated.rtcpMux,
    crypto: security.crypto === undefined ? [] : [security.crypto.local],
    dtls: security.dtls?.local,
  });
  const sections = offer.media.map((media, i) =>
    i === negotiated.mediaIndex ? accepted : refused(media),
  );
  return { ok: true, answer: ownSession(local, sections), negotiated };
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
  const sameLines =
    offer.media.length === answer.media.length &&
    offer.media.every((media, i) => media.media === answer.media[i]?.media);
  if (!sameLines) return fail('answer-does-not-match');
  const index = offer.media.findIndex((media) => media.media === 'audio' && media.port !== 0);
  const [offered, media] = [offer.media[index], answer.media[index]];
  if (offered === undefined || media === undefined) return fail('no-audio');
  if (media.port === 0) return fail('audio-rejected');
  const security = answeredSecurity({ session: answer, media }, offered, local);
  if (typeof security === 'string') return fail(security);
  const own = codecsOf(offered);
  const answered = codecsOf(media);
  const codec = answered.find((c) => !isTelephoneEvent(c) && own.some((o) => sameCodec(o, c)));
  const mine = codec === undefined ? undefined : own.find((o) => sameCodec(o, codec));
  if (codec === undefined || mine === undefined) return fail('no-common-codec');
  const common = remoteSide(answer, media, local);
  if (common === undefined) return fail('no-connection-address');
  const negotiated: NegotiatedMedia = {
    ...common,
    ...protection(security),
    codec,
    sendPayloadType: codec.payloadType,
    receivePayloadType: mine.payloadType,
    rtcpMux: common.rtcpMux && hasAttribute(offered, 'rtcp-mux'),
    mediaIndex: index,
  };
  const theirs = telephoneEventFor(codec, answered);
  const ours = theirs && own.find((c) => sameCodec(c, theirs));
  if (theirs !== undefined && ours !== undefined) {
    negotiated.dtmf = {
      sendPayloadType: theirs.payloadType,
      receivePayloadType: ours.payloadType,
      clockRate: theirs.clockRate,
    };
  }
  return { ok: true, negotiated };
}

/** Reasons for no agreement, the nearer to one the later: the last is what is told. */
const CLOSENESS: readonly NegotiationError[] = [
  'no-audio',
  'audio-rejected',
  'unsupported-protocol',
  'encryption-required',
  'no-common-dtls',
  'no-common-crypto',
  'no-connection-address',
  'no-common-codec',
];

interface Agreement {
  negotiated: NegotiatedMedia;
  formats: Codec[];
  security: Security;
}

function agree(
  offer: SessionDescription,
  media: MediaDescription,
  mediaIndex: number,
  local: MediaCapabilities,
): Agreement | NegotiationError {
  if (media.port === 0) return 'audio-rejected';
  const security = answerSecurity(offer, media, local);
  if (typeof security === 'string') return security;
  const offered = codecsOf(media);
  const chosen = chooseCodec(offered, local);
  if (chosen === undefined) return 'no-common-codec';
  const codec = chosen.theirs;
  const common = remoteSide(offer, media, local);
  if (common === undefined) return 'no-connection-address';
  // The answer uses the payload types of the offer, so both directions have the same (§6.1).
  const negotiated: NegotiatedMedia = {
    ...common,
    ...protection(security),
    codec,
    sendPayloadType: codec.payloadType,
    receivePayloadType: codec.payloadType,
    mediaIndex,
  };
  const formats = [{ ...chosen.ours, payloadType: codec.payloadType }];
  const events = telephoneEventFor(codec, offered);
  if (events !== undefined && local.telephoneEvent !== undefined) {
    const { payloadType, clockRate } = events;
    negotiated.dtmf = { sendPayloadType: payloadType, receivePayloadType: payloadType, clockRate };
    formats.push(ownTelephoneEvent({ ...local.telephoneEvent, payloadType }, clockRate));
  }
  return { negotiated, formats, security };
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

function protection(security: Security): Pick<NegotiatedMedia, 'crypto' | 'dtls'> {
  const out: Pick<NegotiatedMedia, 'crypto' | 'dtls'> = {};
  if (security.crypto !== undefined) out.crypto = security.crypto;
  if (security.dtls !== undefined) {
    out.dtls = { remote: security.dtls.remote, role: security.dtls.role };
  }
  return out;
}

type RemoteSide = Omit<
  NegotiatedMedia,
  'codec' | 'sendPayloadType' | 'receivePayloadType' | 'mediaIndex' | 'dtmf' | 'crypto' | 'dtls'
>;

/** Multicast and broadcast: who names them has us send to machines that asked for nothing. */
const NO_PLACE = /^(?:(?:22[4-9]|2[3-5][0-9])\.|ff[0-9a-f]{0,2}:)/i;

function isPlace(address: string): boolean {
  return !NO_PLACE.test(address);
}

/** The part of the result that depends on the other side's section alone. */
function remoteSide(
  description: SessionDescription,
  media: MediaDescription,
  local: MediaCapabilities,
): RemoteSide | undefined {
  const connection = media.connection ?? description.connection;
  if (connection === undefined || !isPlace(connection.address)) return undefined;
  const declared = declaredDirection(description, media);
  // The old way to hold: the address 0.0.0.0 takes no media (RFC 3264 §8.4).
  const nowhere = connection.address === '0.0.0.0' || connection.address === '::';
  const remoteDirection = nowhere ? directionOf(sends(declared), false) : declared;
  const rtcpMux = local.rtcpMux === true && hasAttribute(media, 'rtcp-mux');
  const rtcp = /^(\d{1,5})(?: +IN +IP[46] +(\S+))?\s*$/.exec(attributeOf(media, 'rtcp') ?? '');
  const rtcpPort = rtcp === null ? media.port + 1 : Number(rtcp[1]);
  const remote: RemoteSide = {
    remoteAddress: connection.address,
    remotePort: media.port,
    remoteRtcpAddress: rtcpMux ? connection.address : (rtcp?.[2] ?? connection.address),
    remoteRtcpPort: rtcpMux || rtcpPort > 65_535 ? media.port : rtcpPort,
    rtcpMux,
    direction: intersect(local.direction, remoteDirection),
    held: !receives(remoteDirection),
    ptime: packetTime(media, local),
    protocol: media.protocol,
  };
  const ice = iceOf(description, media);
  if (ice !== undefined) remote.ice = ice;
  return remote;
}

/** Milliseconds a packet to them: what they ask for, else our own, never more than they take. */
function packetTime(media: MediaDescription, local: MediaCapabilities): number {
  const within = (name: string): number | undefined => {
    const value = Number(attributeOf(media, name));
    return value >= PTIME.least && value <= PTIME.most ? value : undefined;
  };
  const wanted = within('ptime') ?? local.ptime ?? DEFAULT_PTIME;
  return Math.min(wanted, within('maxptime') ?? wanted);
}

function fail(error: NegotiationError): { ok: false; error: NegotiationError } {
  return { ok: false, error };
}
