import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Codec, codecsOf, isTelephoneEvent, sameCodec } from './codec.ts';
import type { CryptoAttribute } from './crypto.ts';
import type { Direction } from './direction.ts';
import type { MediaCapabilities } from './media.ts';
import { completeOffer, createAnswer, createOffer } from './offer-answer.ts';
import { parseSdp } from './parse.ts';
import { serializeSdp } from './serialize.ts';
import { attributeOf, type SessionDescription, valuesOf } from './session-description.ts';

const PCMA: Codec = { name: 'PCMA', payloadType: 8, clockRate: 8000 };
const PCMU: Codec = { name: 'PCMU', payloadType: 0, clockRate: 8000 };
const G722: Codec = { name: 'G722', payloadType: 9, clockRate: 8000 };
const OPUS: Codec = { name: 'opus', payloadType: 111, clockRate: 48_000, channels: 2 };
const CODECS = [OPUS, G722, PCMA, PCMU];

const keyOf = (octets: number, fill: number) => Buffer.alloc(octets, fill).toString('base64');
const line = (
  tag: number,
  suite: CryptoAttribute['suite'],
  octets: number,
  fill = tag,
): CryptoAttribute => ({
  tag,
  suite,
  keys: [{ keySalt: keyOf(octets, fill) }],
  sessionParams: [],
});
const KEYS = [line(1, 'AEAD_AES_128_GCM', 28), line(2, 'AES_CM_128_HMAC_SHA1_80', 30)];
const FINGERPRINT = { hash: 'sha-256', value: Array(32).fill('AB').join(':') };

const capabilities = (extra: Partial<MediaCapabilities> = {}): MediaCapabilities => ({
  address: '192.0.2.1',
  port: 40_000,
  codecs: [PCMA, PCMU],
  telephoneEvent: { payloadType: 101, events: '0-15' },
  direction: 'sendrecv',
  session: { id: '77', version: 1 },
  ...extra,
});

const sdp = (...lines: string[]) =>
  parseSdp(
    [
      'v=0',
      'o=- 1 1 IN IP4 198.51.100.7',
      's=-',
      'c=IN IP4 198.51.100.7',
      't=0 0',
      ...lines,
      '',
    ].join('\r\n'),
  );

const wire = (description: SessionDescription) => parseSdp(serializeSdp(description));

describe('answers to our offer', () => {
  const required: Partial<MediaCapabilities> = { srtp: { mode: 'required', local: KEYS } };
  const optional: Partial<MediaCapabilities> = { srtp: { mode: 'optional', local: KEYS } };
  const dtls: Partial<MediaCapabilities> = {
    dtls: { fingerprints: [FINGERPRINT], setup: 'actpass' },
  };
  const savp = 'm=audio 5004 RTP/SAVP 8';
  const crypto = (tag: number, suite: string, octets: number, rest = '') =>
    `a=crypto:${tag} ${suite} inline:${keyOf(octets, 9)}${rest}`;
  const print = `a=fingerprint:sha-256 ${FINGERPRINT.value}`;
  const secure = 'm=audio 5004 UDP/TLS/RTP/SAVPF 8';

  // biome-ignore format: a table is read by its rows
  const table: [string, Partial<MediaCapabilities>, string[], object | string][] = [
    ['another codec than our first', {}, ['m=audio 5004 RTP/AVP 0'], { codec: PCMU, receivePayloadType: 0 }],
    ['several codecs: the first counts', {}, ['m=audio 5004 RTP/AVP 0 8'], { codec: PCMU }],
    ['a codec we did not offer in front', {}, ['m=audio 5004 RTP/AVP 18 8'], { codec: PCMA }],
    ['only codecs we did not offer', {}, ['m=audio 5004 RTP/AVP 18'], 'no-common-codec'],
    ['their own dynamic type', { codecs: [OPUS] }, ['m=audio 5004 RTP/AVP 96', 'a=rtpmap:96 opus/48000/2'], { sendPayloadType: 96, receivePayloadType: 111 }],
    ['DTMF each with its own type', {}, ['m=audio 5004 RTP/AVP 8 97', 'a=rtpmap:97 telephone-event/8000'], { dtmf: { sendPayloadType: 97, receivePayloadType: 101, clockRate: 8000 } }],
    ['DTMF at 8 kHz beside Opus', { codecs: [OPUS, PCMA] }, ['m=audio 5004 RTP/AVP 96 97', 'a=rtpmap:96 opus/48000/2', 'a=rtpmap:97 telephone-event/8000'], { dtmf: { sendPayloadType: 97, receivePayloadType: 101, clockRate: 8000 } }],
    ['DTMF at the clock of Opus', { codecs: [OPUS, PCMA] }, ['m=audio 5004 RTP/AVP 96 97', 'a=rtpmap:96 opus/48000/2', 'a=rtpmap:97 telephone-event/48000'], { dtmf: { sendPayloadType: 97, receivePayloadType: 96, clockRate: 48_000 } }],
    ['refused', {}, ['m=audio 0 RTP/AVP 8'], 'audio-rejected'],
    ['no lines', {}, [], 'answer-does-not-match'],
    ['a line more', {}, ['m=audio 5004 RTP/AVP 8', 'm=video 0 RTP/AVP 31'], 'answer-does-not-match'],
    ['another medium', {}, ['m=video 5004 RTP/AVP 8'], 'answer-does-not-match'],
    ['held at once', {}, ['m=audio 5004 RTP/AVP 8', 'a=inactive'], { direction: 'inactive', held: true }],
    ['ringing without our voice', {}, ['m=audio 5004 RTP/AVP 8', 'a=sendonly'], { direction: 'recvonly', held: true }],
    ['AVPF for AVP', {}, ['m=audio 5004 RTP/AVPF 8'], { protocol: 'RTP/AVPF' }],
    ['SRTP agreed', required, [savp, crypto(2, 'AES_CM_128_HMAC_SHA1_80', 30)], { crypto: { local: KEYS[1], remote: { tag: 2 } } }],
    ['SRTP agreed, optional', optional, [savp, crypto(1, 'AEAD_AES_128_GCM', 28)], { crypto: { local: KEYS[0] } }],
    ['VOX-117 plain answer to SRTP', required, ['m=audio 5004 RTP/AVP 8'], 'encryption-required'],
    ['plain answer to optional SRTP', optional, ['m=audio 5004 RTP/AVP 8'], 'encryption-required'],
    ['SRTP without a key', required, [savp], 'no-common-crypto'],
    ['two keys in an answer', required, [savp, crypto(1, 'AEAD_AES_128_GCM', 28), crypto(2, 'AES_CM_128_HMAC_SHA1_80', 30)], 'no-common-crypto'],
    ['an unknown tag', required, [savp, crypto(3, 'AES_CM_128_HMAC_SHA1_80', 30)], 'answer-does-not-match'],
    ['a tag with another suite', required, [savp, crypto(1, 'AES_CM_128_HMAC_SHA1_80', 30)], 'answer-does-not-match'],
    ['an answer that takes encryption away', required, [savp, crypto(2, 'AES_CM_128_HMAC_SHA1_80', 30, ' UNENCRYPTED_SRTP')], 'no-common-crypto'],
    ['an answer with an MKI', required, [savp, crypto(2, 'AES_CM_128_HMAC_SHA1_80', 30, '|1:1')], 'no-common-crypto'],
    ['SRTP answered to a plain offer', {}, [savp, crypto(2, 'AES_CM_128_HMAC_SHA1_80', 30)], 'answer-does-not-match'],
    ['DTLS active', dtls, [secure, print, 'a=setup:active'], { dtls: { role: 'server' } }],
    ['DTLS passive', dtls, [secure, print, 'a=setup:passive'], { dtls: { role: 'client' } }],
    ['DTLS actpass in an answer', dtls, [secure, print, 'a=setup:actpass'], 'no-common-dtls'],
    ['DTLS without fingerprint', dtls, [secure, 'a=setup:active'], 'no-common-dtls'],
  ];
  test.each(table)('%s', (_name, extra, lines, expected) => {
    const local = capabilities(extra);
    const result = completeOffer(wire(createOffer(local)), sdp(...lines), local);
    if (typeof expected === 'string') expect(result).toEqual({ ok: false, error: expected });
    else expect(result).toMatchObject({ ok: true, negotiated: expected });
  });
});

describe('one session over its offers and answers', () => {
  test('the same again keeps its version, a change raises it by one, the id stays', () => {
    const first = createOffer(capabilities());
    const same = createOffer(capabilities({ previous: first, session: { id: 'x', version: 9 } }));
    expect(same).toEqual(first);
    const held = createOffer(capabilities({ previous: first, direction: 'sendonly' }));
    expect(held.origin).toMatchObject({ sessionId: '77', sessionVersion: '2' });
    const resumed = createOffer(capabilities({ previous: held }));
    expect(resumed.origin).toMatchObject({ sessionId: '77', sessionVersion: '3' });
  });

  test('versions beyond 2^53 go on counting', () => {
    const previous = createOffer(capabilities());
    previous.origin.sessionVersion = '18446744073709551000';
    const next = createOffer(capabilities({ previous, direction: 'inactive' }));
    expect(next.origin.sessionVersion).toBe('18446744073709551001');
  });

  test('an offer keeps the lines that were refused, in their places', () => {
    const answer = createAnswer(
      sdp('m=video 6000 RTP/AVP 31', 'm=audio 5004 RTP/AVP 0', 'm=image 7000 udptl t38'),
      capabilities(),
    );
    if (!answer.ok) throw new Error(answer.error);
    const offer = createOffer(capabilities({ previous: answer.answer, direction: 'sendonly' }));
    expect(offer.media.map((m) => `${m.media} ${m.port} ${m.formats}`)).toEqual([
      'video 0 31',
      'audio 40000 8,0,101',
      'image 0 t38',
    ]);
    const reply = sdp(
      'm=video 0 RTP/AVP 31',
      'm=audio 5004 RTP/AVP 8',
      'a=recvonly',
      'm=image 0 udptl t38',
    );
    const result = completeOffer(wire(offer), reply, capabilities({ direction: 'sendonly' }));
    expect(result).toMatchObject({
      ok: true,
      negotiated: { mediaIndex: 1, direction: 'sendonly' },
    });
  });

  test('a payload type keeps its meaning (RFC 3264 §8.3.2)', () => {
    const theirs = sdp(
      'm=audio 5004 RTP/AVP 111 96',
      'a=rtpmap:111 telephone-event/8000',
      'a=rtpmap:96 G722/8000',
    );
    const local = capabilities({ codecs: [OPUS, G722, PCMA] });
    const answer = createAnswer(theirs, local);
    if (!answer.ok) throw new Error(answer.error);
    const [audio] = createOffer({ ...local, previous: answer.answer }).media;
    if (audio === undefined) throw new Error('no media');
    const maps = valuesOf(audio, 'rtpmap');
    expect(maps).toContain('111 telephone-event/8000');
    expect(maps).toContain('96 G722/8000');
    expect(maps).toContain('97 opus/48000/2');
    expect(new Set(audio.formats).size).toBe(audio.formats.length);
  });

  test('an offerless INVITE: our offer in the 200, their answer in the ACK', () => {
    const local = capabilities({ codecs: CODECS });
    const offer = createOffer(local);
    const result = completeOffer(offer, sdp('m=audio 5004 RTP/AVP 9'), local);
    expect(result).toMatchObject({ ok: true, negotiated: { codec: G722, receivePayloadType: 9 } });
  });

  test('LIN-044 with keys the offer is SRTP only', () => {
    for (const mode of ['optional', 'required'] as const) {
      const offer = createOffer(capabilities({ srtp: { mode, local: KEYS } }));
      expect(offer.media.map((m) => m.protocol)).toEqual(['RTP/SAVP']);
      expect(offer.media.flatMap((m) => valuesOf(m, 'crypto'))).toHaveLength(KEYS.length);
    }
    const plain = createOffer(capabilities({ srtp: { mode: 'off', local: KEYS } }));
    expect(plain.media.flatMap((m) => valuesOf(m, 'crypto'))).toEqual([]);
  });

  test('an offer has a telephone-event for each clock', () => {
    const maps = (codecs: Codec[]) =>
      createOffer(capabilities({ codecs })).media.flatMap((m) => valuesOf(m, 'rtpmap'));
    expect(maps([OPUS, PCMA])).toEqual([
      '111 opus/48000/2',
      '8 PCMA/8000',
      '101 telephone-event/8000',
      '96 telephone-event/48000',
    ]);
    expect(maps([OPUS])).toEqual(['111 opus/48000/2', '101 telephone-event/48000']);
  });
});

describe('properties', () => {
  const directions: Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
  const mirror: Record<Direction, Direction> = {
    sendrecv: 'sendrecv',
    sendonly: 'recvonly',
    recvonly: 'sendonly',
    inactive: 'inactive',
  };
  const side = fc.record({
    codecs: fc.shuffledSubarray(CODECS, { minLength: 1 }),
    direction: fc.constantFrom(...directions),
    port: fc.integer({ min: 1024, max: 65_534 }),
    srtp: fc.record({
      mode: fc.constantFrom('off' as const, 'optional' as const, 'required' as const),
      local: fc.shuffledSubarray(KEYS, { minLength: 1 }),
    }),
    preference: fc.constantFrom('offer' as const, 'local' as const),
    rtcpMux: fc.boolean(),
  });

  test('answer ⊆ offer, directions mirror, both see the same call, and again changes nothing', () => {
    fc.assert(
      fc.property(side, side, (a, b) => {
        const caller = capabilities(a);
        const callee = capabilities({ ...b, address: '192.0.2.2' });
        const offer = wire(createOffer(caller));
        const answered = createAnswer(offer, callee);
        if (!answered.ok) return;
        const answer = wire(answered.answer);
        const [offeredAudio, audio] = [offer.media[0], answer.media[0]];
        if (offeredAudio === undefined || audio === undefined) throw new Error('no media');

        expect(answer.media).toHaveLength(offer.media.length);
        expect(offeredAudio.formats).toEqual(expect.arrayContaining(audio.formats));
        const offeredCodecs = codecsOf(offeredAudio);
        for (const codec of codecsOf(audio)) {
          const same = offeredCodecs.find((o) => sameCodec(o, codec));
          expect(same?.payloadType).toBe(codec.payloadType);
        }
        const tags = (m: typeof audio) => valuesOf(m, 'crypto').map((v) => v.split(' ')[0]);
        expect(tags(offeredAudio)).toEqual(expect.arrayContaining(tags(audio)));
        if (attributeOf(offeredAudio, 'sendonly') !== undefined) {
          expect(['recvonly', 'inactive']).toContain(answered.negotiated.direction);
        }

        const completed = completeOffer(offer, answer, caller);
        if (!completed.ok) throw new Error(completed.error);
        const [ours, theirs] = [completed.negotiated, answered.negotiated];
        expect(sameCodec(ours.codec, theirs.codec)).toBe(true);
        expect(isTelephoneEvent(ours.codec)).toBe(false);
        expect(ours.sendPayloadType).toBe(theirs.receivePayloadType);
        expect(ours.receivePayloadType).toBe(theirs.sendPayloadType);
        expect(ours.direction).toBe(mirror[theirs.direction]);
        expect(ours.rtcpMux).toBe(theirs.rtcpMux);
        expect(ours.crypto?.local.keys).toEqual(theirs.crypto?.remote.keys);
        expect(ours.crypto?.remote.keys).toEqual(theirs.crypto?.local.keys);

        // The same offer again gets the same answer, version and all.
        const again = createAnswer(offer, { ...callee, previous: answered.answer });
        expect(again).toEqual(answered);
        const reoffer = createOffer({ ...caller, previous: createOffer(caller) });
        expect(wire(reoffer)).toEqual(offer);
        // The answerer's own offer keeps the line and what its payload types mean.
        const turned = createOffer({ ...callee, previous: answered.answer });
        expect(turned.media).toHaveLength(1);
        const [turnedAudio] = turned.media;
        for (const codec of turnedAudio === undefined ? [] : codecsOf(turnedAudio)) {
          const before = codecsOf(audio).find((c) => c.payloadType === codec.payloadType);
          if (before !== undefined) expect(sameCodec(before, codec)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });
});
