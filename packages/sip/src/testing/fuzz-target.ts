import { maskSecrets } from '../capture/mask.ts';
import { DigestClient } from '../digest/client.ts';
import { nodeHash } from '../digest/node/hash.ts';
import { DigestVerifier } from '../digest/verifier.ts';
import { parsePreferences } from '../message/accept-language.ts';
import { parseAssertedIdentity } from '../message/asserted-identity.ts';
import { parseAuth } from '../message/auth.ts';
import { parseAuthenticationInfo } from '../message/authentication-info.ts';
import { createResponse } from '../message/build.ts';
import { isCallId, parseInReplyTo } from '../message/call-id.ts';
import { parseDeltaSeconds } from '../message/contact.ts';
import { parseContentDisposition } from '../message/content-disposition.ts';
import { parseSipDate } from '../message/date.ts';
import { parseDiversions } from '../message/diversion.ts';
import { parseEvent } from '../message/event.ts';
import type { Headers } from '../message/headers.ts';
import { parseHistoryInfo } from '../message/history-info.ts';
import { parseInfoUris } from '../message/info-uri.ts';
import { accepts, parseAccept, parseMediaType } from '../message/media-type.ts';
import type { SipMessage, SipRequest } from '../message/message.ts';
import { parseMimeVersion } from '../message/mime-version.ts';
import { parseMinSe } from '../message/min-se.ts';
import { sessionDescriptionOf } from '../message/multipart.ts';
import { formatNameAddr, parseNameAddr } from '../message/name-addr.ts';
import { parseMessage } from '../message/parse.ts';
import { ParseError } from '../message/parse-error.ts';
import { parsePriority } from '../message/priority.ts';
import { parsePrivacy } from '../message/privacy.ts';
import { parseRAck } from '../message/rack.ts';
import { reasonsOf } from '../message/reason.ts';
import { parseReferTo } from '../message/refer-to.ts';
import { parseReferredBy } from '../message/referred-by.ts';
import { parseReplaces } from '../message/replaces.ts';
import { parseRetryAfter } from '../message/retry-after.ts';
import { parseRoutes } from '../message/route.ts';
import { parseRSeq } from '../message/rseq.ts';
import { serializeMessage } from '../message/serialize.ts';
import { parseSessionExpires } from '../message/session-expires.ts';
import { parseSipfrag } from '../message/sipfrag.ts';
import { parseSubscriptionState } from '../message/subscription-state.ts';
import { parseTelNumber } from '../message/tel-number.ts';
import { parseTimestamp } from '../message/timestamp.ts';
import { parseTokens } from '../message/tokens.ts';
import { formatUri, parseUri, userOf } from '../message/uri.ts';
import { uriEquals } from '../message/uri-equals.ts';
import { parseUriHeaders } from '../message/uri-headers.ts';
import { parseProducts } from '../message/user-agent.ts';
import { validate } from '../message/validate.ts';
import { formatVia, parseVia } from '../message/via.ts';
import { parseWarnings } from '../message/warning.ts';
import type { CryptoAttribute } from '../sdp/crypto.ts';
import type { MediaCapabilities } from '../sdp/media.ts';
import { completeOffer, createAnswer, createOffer } from '../sdp/offer-answer.ts';
import { parseSdp, SdpParseError } from '../sdp/parse.ts';
import { serializeSdp } from '../sdp/serialize.ts';
import { DEFAULT_FRAME_LIMITS, FramingError, StreamFramer } from '../transport/stream-framer.ts';

/** Readers of header values, each line of theirs on its own. */
const LINE_READERS: Readonly<Record<string, (value: string) => unknown>> = {
  'authentication-info': parseAuthenticationInfo,
  'call-id': isCallId,
  'content-disposition': parseContentDisposition,
  'content-type': (value) => parseMediaType(value),
  date: parseSipDate,
  event: parseEvent,
  expires: parseDeltaSeconds,
  'in-reply-to': parseInReplyTo,
  'mime-version': parseMimeVersion,
  'min-se': parseMinSe,
  priority: parsePriority,
  rack: parseRAck,
  'refer-to': parseReferTo,
  'referred-by': parseReferredBy,
  replaces: parseReplaces,
  'reply-to': (value) => parseNameAddr(value, 'Reply-To'),
  'retry-after': parseRetryAfter,
  rseq: parseRSeq,
  server: parseProducts,
  'session-expires': parseSessionExpires,
  'subscription-state': parseSubscriptionState,
  timestamp: parseTimestamp,
  'user-agent': parseProducts,
};

/** Readers that take all lines. */
const LIST_READERS: readonly ((headers: Headers) => unknown)[] = [
  parseAccept,
  (headers) => accepts(parseAccept(headers), 'application/sdp'),
  (headers) => parsePreferences(headers, 'accept-language'),
  (headers) => parsePreferences(headers, 'accept-encoding'),
  parseAssertedIdentity,
  parseDiversions,
  parseHistoryInfo,
  parsePrivacy,
  reasonsOf,
  parseWarnings,
  ...(['alert-info', 'call-info', 'error-info'] as const).map(
    (key) => (headers: Headers) => parseInfoUris(headers, key),
  ),
  ...(['route', 'record-route', 'path', 'service-route'] as const).map(
    (key) => (headers: Headers) => parseRoutes(headers, key),
  ),
  ...(['allow', 'supported', 'require', 'proxy-require', 'unsupported'] as const).map(
    (key) => (headers: Headers) => parseTokens(headers, key),
  ),
];

const AUTH_HEADERS = [
  'authorization',
  'proxy-authorization',
  'www-authenticate',
  'proxy-authenticate',
];

const key: CryptoAttribute = {
  tag: 1,
  suite: 'AES_CM_128_HMAC_SHA1_80',
  keys: [{ keySalt: Buffer.alloc(30).toString('base64') }],
  sessionParams: [],
};
const CAPABILITIES: MediaCapabilities = {
  address: '192.0.2.1',
  port: 40_000,
  codecs: [
    { name: 'opus', payloadType: 111, clockRate: 48_000, channels: 2 },
    { name: 'PCMA', payloadType: 8, clockRate: 8_000 },
    { name: 'PCMU', payloadType: 0, clockRate: 8_000 },
  ],
  telephoneEvent: { payloadType: 101 },
  direction: 'sendrecv',
  rtcpMux: true,
  srtp: { mode: 'optional', local: [key], mki: true },
  session: { id: '1', version: 1 },
};

/**
 * Everything that reads bytes of strangers, on one input: parser, validation, every header, URIs,
 * session description with offer and answer, digest on both sides, masking, and the way back to bytes.
 *
 * @returns whether it was a message
 * @throws whatever is not `ParseError` or `SdpParseError`: a fault of ours
 */
export class FuzzTarget {
  private count = 0;
  private readonly verifier = new DigestVerifier({
    realm: 'pbx.example.com',
    algorithms: ['SHA-256', 'MD5'],
    qop: ['auth', 'auth-int'],
    passwordOf: (user) => (user === 'a' ? 'p' : undefined),
    hash: nodeHash,
    newNonce: () => `n${++this.count}`,
    now: () => 0,
    maxNonces: 100,
  });

  run(input: Uint8Array): boolean {
    maskSecrets(input);
    frame(input);
    const message = expected(() => parseMessage(input));
    if (message === undefined) {
      this.readSdp(Buffer.from(input).toString('utf8'));
      return false;
    }
    const valid = expected(() => {
      validate(message);
      return true;
    });
    this.readHeaders(message);
    this.readSdp(expected(() => sessionDescriptionOf(message)) ?? message.bodyText);
    expected(() => parseSipfrag(message.bodyText));
    if (valid === true && message.kind === 'request') this.answer(message);
    if (message.kind === 'response') this.challenge(message);
    this.writeBack(message);
    return true;
  }

  private readHeaders(message: SipMessage): void {
    const { headers } = message;
    for (const read of LIST_READERS) expected(() => read(headers));
    for (const [name, read] of Object.entries(LINE_READERS)) {
      for (const line of headers.lines(name).slice(0, 8)) expected(() => read(line));
    }
    for (const name of AUTH_HEADERS) {
      for (const line of headers.lines(name).slice(0, 8)) expected(() => parseAuth(line));
    }
    const contacts = expected(() => message.contacts) ?? [];
    const addresses = contacts === '*' ? [] : contacts.slice(0, 8);
    for (const read of [() => message.from, () => message.to]) {
      const address = expected(read);
      if (address !== undefined) addresses.push(address);
    }
    for (const address of addresses) {
      expected(() => parseNameAddr(formatNameAddr(address)));
      this.readUri(address.uriText);
    }
    if (message.kind === 'request') this.readUri(message.uri);
    for (const via of (expected(() => message.viaElements) ?? []).slice(0, 8)) {
      expected(() => parseVia(formatVia(parseVia(via))));
    }
    void message.contentType;
    void expected(() => message.cseq);
  }

  private readUri(text: string): void {
    const uri = expected(() => parseUri(text));
    if (uri === undefined) return;
    userOf(uri);
    const again = parseUri(formatUri(uri));
    if (!uriEquals(uri, again)) throw new Error('a URI is not equal to itself');
    if (uri.kind === 'tel') expected(() => parseTelNumber(uri));
    if (uri.kind !== 'sip') return;
    const { headers } = uri;
    if (headers !== undefined) expected(() => parseUriHeaders(headers));
  }

  private readSdp(text: string): void {
    const sdp = expected(() => parseSdp(text));
    if (sdp === undefined) return;
    const again = parseSdp(serializeSdp(sdp));
    if (again.media.length !== sdp.media.length) throw new Error('SDP is not stable');
    const answered = createAnswer(sdp, CAPABILITIES);
    if (answered.ok) createOffer({ ...CAPABILITIES, previous: answered.answer });
    completeOffer(createOffer(CAPABILITIES), sdp, CAPABILITIES);
  }

  private answer(request: SipRequest): void {
    this.verifier.verify(request);
    this.verifier.verify(request, 'proxy-authorization');
    serializeMessage(createResponse(request, 200, { toTag: 't' }));
  }

  private challenge(response: Extract<SipMessage, { kind: 'response' }>): void {
    const client = new DigestClient({ username: 'a', password: 'p' }, nodeHash, () => 'c');
    const request = parseMessage(REGISTER) as SipRequest;
    if (client.challenged(request, response) === 'retry') client.authorize(request);
    client.accepted(request, response);
    serializeMessage(request);
  }

  /** What was read is written so that it reads the same. */
  private writeBack(message: SipMessage): void {
    const once = serializeMessage(message);
    const again = expected(() => parseMessage(once));
    // Larger than what we read: white space was folded open on the way in.
    if (again === undefined) return;
    if (Buffer.compare(serializeMessage(again), once) !== 0) throw new Error('not stable');
  }
}

const REGISTER = Buffer.from(
  [
    'REGISTER sip:pbx.example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
    'From: <sip:a@pbx.example.com>;tag=1',
    'To: <sip:a@pbx.example.com>',
    'Call-ID: 1',
    'CSeq: 1 REGISTER',
    '',
    '',
  ].join('\r\n'),
);

/** A stream cut into messages gives the same ones however its bytes arrive. */
function frame(input: Uint8Array): void {
  const whole = framesOf(input, input.length);
  const pieces = framesOf(input, Math.max(1, Math.ceil(input.length / 7)));
  if (whole !== pieces) throw new Error('frames depend on how the bytes arrive');
}

/** Lengths of the messages, and whether the stream was given up. */
function framesOf(input: Uint8Array, chunk: number): string {
  const lengths: number[] = [];
  const framer = new StreamFramer(DEFAULT_FRAME_LIMITS, {
    message: (bytes) => void lengths.push(bytes.length),
    emptyLine: () => void lengths.push(0),
  });
  try {
    for (let at = 0; at < input.length; at += chunk) framer.push(input.subarray(at, at + chunk));
  } catch (error) {
    if (!(error instanceof FramingError)) throw error;
    lengths.push(-1);
  }
  return lengths.join(' ');
}

/** The value, or `undefined` where the input was refused the proper way. */
function expected<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof ParseError || error instanceof SdpParseError) return undefined;
    throw error;
  }
}
