import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Codec, codecsOf } from './codec.ts';
import {
  completeOffer,
  createAnswer,
  createOffer,
  type MediaCapabilities,
} from './offer-answer.ts';
import { parseSdp, SdpParseError } from './parse.ts';
import { serializeSdp } from './serialize.ts';

const PCMA: Codec = { name: 'PCMA', payloadType: 8, clockRate: 8000 };
const PCMU: Codec = { name: 'PCMU', payloadType: 0, clockRate: 8000 };
const G722: Codec = { name: 'G722', payloadType: 9, clockRate: 8000 };

const capabilities = (extra: Partial<MediaCapabilities> = {}): MediaCapabilities => ({
  address: '192.0.2.1',
  port: 40_000,
  codecs: [G722, PCMA, PCMU],
  telephoneEvent: { payloadType: 101 },
  direction: 'sendrecv',
  ptime: 20,
  session: { id: '77', version: 1 },
  ...extra,
});

const sdp = (...lines: string[]): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 198.51.100.7',
    's=-',
    'c=IN IP4 198.51.100.7',
    't=0 0',
    ...lines,
    '',
  ].join('\r\n');

const answer = (text: string, local = capabilities()) => createAnswer(parseSdp(text), local);

describe('parse and serialise', () => {
  test('an offer of ours reads back as it was made', () => {
    const offer = createOffer(capabilities());
    expect(parseSdp(serializeSdp(offer))).toEqual(offer);
    expect(serializeSdp(offer)).toBe(
      [
        'v=0',
        'o=- 77 1 IN IP4 192.0.2.1',
        's=-',
        'c=IN IP4 192.0.2.1',
        't=0 0',
        'm=audio 40000 RTP/AVP 9 8 0 101',
        'a=rtpmap:9 G722/8000',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-16',
        'a=ptime:20',
        'a=sendrecv',
        '',
      ].join('\r\n'),
    );
  });

  test('bare LF, IPv6, unknown line types and a missing s= are tolerated', () => {
    const parsed = parseSdp(
      'v=0\no=x 1 2 IN IP6 2001:db8::1\ni=hello\nc=IN IP6 2001:db8::1\nt=0 0\n',
    );
    expect(parsed.connection).toEqual({ addressType: 'IP6', address: '2001:db8::1' });
    expect(parsed.sessionName).toBe('-');
  });

  test.each([
    ['', 'begin'],
    ['v=1\r\n', 'begin'],
    ['v=0\r\ns=-\r\n', 'no o='],
    ['v=0\r\no=- 1 1 IN IP4\r\n', 'bad o='],
    ['v=0\r\no=-  1 IN IP4 \r\n', 'bad o='],
    ['v=0\r\no=- 1 1 IN IP4 \r\n', 'bad o='],
    [sdp('c=IN IP4 /AVP 0 12'), 'bad c='],
    [sdp('m=audio 70000 RTP/AVP 0'), 'bad m='],
    [sdp('m=audio x RTP/AVP 0'), 'bad m='],
    [sdp('nonsense'), 'without "="'],
    [sdp('c=IN IP9 1.2.3.4'), 'address type'],
    [sdp(...Array.from({ length: 65 }, () => 'm=audio 0 RTP/AVP 0')), 'too many media'],
  ])('refuses %j', (text, message) => {
    expect(() => parseSdp(text)).toThrow(message);
  });

  test('random text throws nothing but SdpParseError; what is read serialises stably', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom('m=audio 1 RTP/AVP 0', 'a=x:y', 'a=sendonly', 'c=IN IP4 1.2.3.4', 'b=AS:64'),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        let once: string;
        try {
          once = serializeSdp(parseSdp(sdp(...lines)));
        } catch (error) {
          expect(error).toBeInstanceOf(SdpParseError);
          return;
        }
        expect(serializeSdp(parseSdp(once))).toBe(once);
      }),
    );
  });

  test('static payload types need no rtpmap; unknown dynamic ones are left out', () => {
    const [media] = parseSdp(sdp('m=audio 9 RTP/AVP 8 97 200', 'a=rtpmap:98 opus/48000/2')).media;
    expect(media === undefined ? [] : codecsOf(media)).toEqual([PCMA]);
  });
});

describe('answer to an offer', () => {
  test('the offer decides the codec, its payload types are kept', () => {
    const result = answer(
      sdp(
        'm=audio 5004 RTP/AVP 0 8 96',
        'a=rtpmap:96 telephone-event/8000',
        'a=fmtp:96 0-15',
        'a=ptime:30',
      ),
    );
    expect(result).toMatchObject({
      ok: true,
      negotiated: {
        codec: PCMU,
        sendPayloadType: 0,
        receivePayloadType: 0,
        dtmf: { sendPayloadType: 96, receivePayloadType: 96 },
        remoteAddress: '198.51.100.7',
        remotePort: 5004,
        remoteRtcpPort: 5005,
        rtcpMux: false,
        direction: 'sendrecv',
        held: false,
        ptime: 30,
        mediaIndex: 0,
      },
    });
    if (!result.ok) return;
    expect(serializeSdp(result.answer)).toContain('m=audio 40000 RTP/AVP 0 96\r\n');
  });

  test('our own order decides when asked for', () => {
    const result = answer(sdp('m=audio 5004 RTP/AVP 0 8 9'), capabilities({ preference: 'local' }));
    expect(result).toMatchObject({ ok: true, negotiated: { codec: G722 } });
  });

  test('a dynamic payload type: each side describes the codec for itself', () => {
    const opus: Codec = {
      name: 'opus',
      payloadType: 111,
      clockRate: 48_000,
      channels: 2,
      fmtp: 'useinbandfec=1',
    };
    const result = answer(
      sdp(
        'm=audio 5004 RTP/AVP 96 97 98',
        'a=rtpmap:96 OPUS/48000/2',
        'a=fmtp:96 maxaveragebitrate=24000',
        'a=rtpmap:97 telephone-event/48000',
        'a=rtpmap:98 telephone-event/8000',
      ),
      capabilities({ codecs: [opus] }),
    );
    expect(result).toMatchObject({
      ok: true,
      negotiated: {
        codec: { name: 'OPUS', payloadType: 96, fmtp: 'maxaveragebitrate=24000' },
        dtmf: { sendPayloadType: 97 },
      },
    });
    if (!result.ok) return;
    expect(serializeSdp(result.answer)).toContain('a=fmtp:96 useinbandfec=1\r\n');
    expect(serializeSdp(result.answer)).toContain('a=rtpmap:97 telephone-event/48000\r\n');
  });

  test('several m-lines are answered in order, all but the first usable audio refused', () => {
    const result = answer(
      sdp(
        'm=video 6000 RTP/AVP 31',
        'm=audio 0 RTP/AVP 0',
        'm=audio 5004 RTP/SAVP 0',
        'm=audio 5006 RTP/AVP 8',
        'm=audio 5008 RTP/AVP 0',
        'm=image 5010 udptl t38',
      ),
    );
    expect(result).toMatchObject({ ok: true, negotiated: { mediaIndex: 3, remotePort: 5006 } });
    if (!result.ok) return;
    expect(
      result.answer.media.map((m) => `${m.media} ${m.port} ${m.protocol} ${m.formats}`),
    ).toEqual([
      'video 0 RTP/AVP 31',
      'audio 0 RTP/AVP 0',
      'audio 0 RTP/SAVP 0',
      'audio 40000 RTP/AVP 8',
      'audio 0 RTP/AVP 0',
      'image 0 udptl t38',
    ]);
  });

  test.each([
    ['a=sendonly', 'recvonly', true],
    ['a=recvonly', 'sendonly', false],
    ['a=inactive', 'inactive', true],
    ['a=sendrecv', 'sendrecv', false],
    ['c=IN IP4 0.0.0.0', 'recvonly', true],
  ])('hold: %s is answered %s', (line, direction, held) => {
    const result = answer(sdp('m=audio 5004 RTP/AVP 8', line));
    expect(result).toMatchObject({ ok: true, negotiated: { direction, held } });
    if (result.ok) expect(serializeSdp(result.answer)).toContain(`a=${direction}\r\n`);
  });

  test('a session-level direction counts; inactive with 0.0.0.0 stays inactive', () => {
    const text = sdp('a=inactive', 'm=audio 5004 RTP/AVP 8', 'c=IN IP4 0.0.0.0');
    expect(answer(text)).toMatchObject({ ok: true, negotiated: { direction: 'inactive' } });
  });

  test('rtcp and rtcp-mux', () => {
    const text = sdp('m=audio 5004 RTP/AVP 8', 'a=rtcp:6001 IN IP4 198.51.100.7', 'a=rtcp-mux');
    expect(answer(text)).toMatchObject({ ok: true, negotiated: { remoteRtcpPort: 6001 } });
    expect(answer(text, capabilities({ rtcpMux: true }))).toMatchObject({
      ok: true,
      negotiated: { remoteRtcpPort: 5004, rtcpMux: true },
    });
  });

  test.each([
    [sdp(), 'no-audio'],
    [sdp('m=video 6000 RTP/AVP 31'), 'no-audio'],
    [sdp('m=audio 0 RTP/AVP 8'), 'audio-rejected'],
    [sdp('m=audio 5004 RTP/SAVP 8'), 'unsupported-protocol'],
    [sdp('m=audio 5004 RTP/AVP 18'), 'no-common-codec'],
    [
      sdp('m=audio 5004 RTP/AVP 8').replace('c=IN IP4 198.51.100.7\r\n', ''),
      'no-connection-address',
    ],
  ])('no agreement: %#', (text, error) => {
    expect(answer(text)).toEqual({ ok: false, error });
  });
});

describe('answer to our own offer', () => {
  const local = capabilities();
  const complete = (text: string) => completeOffer(createOffer(local), parseSdp(text), local);

  test('we send with the answer’s payload types and receive with our own', () => {
    const text = sdp('m=audio 5004 RTP/AVP 8 99', 'a=rtpmap:99 telephone-event/8000', 'a=sendonly');
    expect(complete(text)).toMatchObject({
      ok: true,
      negotiated: {
        codec: PCMA,
        dtmf: { sendPayloadType: 99, receivePayloadType: 101 },
        direction: 'recvonly',
        held: true,
      },
    });
  });

  test.each([
    [sdp('m=audio 0 RTP/AVP 8'), 'audio-rejected'],
    [sdp('m=audio 5004 RTP/AVP 18'), 'no-common-codec'],
    [sdp(), 'answer-does-not-match'],
    [sdp('m=video 5004 RTP/AVP 31'), 'answer-does-not-match'],
  ])('no agreement: %#', (text, error) => {
    expect(complete(text)).toEqual({ ok: false, error });
  });

  test('two of our own sides always agree, whatever the order of codecs', () => {
    const codecs = fc.shuffledSubarray([G722, PCMA, PCMU], { minLength: 1 });
    fc.assert(
      fc.property(codecs, codecs, (a, b) => {
        const caller = capabilities({ codecs: a });
        const callee = capabilities({ codecs: b, address: '192.0.2.2', port: 41_000 });
        const offer = createOffer(caller);
        const answered = createAnswer(parseSdp(serializeSdp(offer)), callee);
        const common = a.find((codec) => b.includes(codec));
        expect(answered.ok).toBe(common !== undefined);
        if (!answered.ok) return;
        const result = completeOffer(offer, parseSdp(serializeSdp(answered.answer)), caller);
        expect(answered.negotiated.codec).toEqual(common);
        expect(result).toMatchObject({
          ok: true,
          negotiated: { codec: common, remotePort: 41_000 },
        });
      }),
    );
  });
});
