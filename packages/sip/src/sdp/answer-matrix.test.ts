import { describe, expect, test } from 'vitest';
import type { Codec } from './codec.ts';
import type { CryptoAttribute } from './crypto.ts';
import type { MediaCapabilities } from './media.ts';
import { createAnswer } from './offer-answer.ts';
import { parseSdp } from './parse.ts';
import { serializeSdp } from './serialize.ts';

/**
 * Offer/answer as a table: what comes, what we can do, what is answered, what it means. An answer is
 * written as its m-lines with the attributes that matter; `!` and a word means no agreement.
 */

const PCMA: Codec = { name: 'PCMA', payloadType: 8, clockRate: 8000 };
const PCMU: Codec = { name: 'PCMU', payloadType: 0, clockRate: 8000 };
const G722: Codec = { name: 'G722', payloadType: 9, clockRate: 8000 };
const OPUS: Codec = {
  name: 'opus',
  payloadType: 111,
  clockRate: 48_000,
  channels: 2,
  fmtp: 'useinbandfec=1;maxaveragebitrate=24000',
};

const key = (octets: number, fill = 7) => Buffer.alloc(octets, fill).toString('base64');
const K30 = key(30);
const K28 = key(28);
const K46 = key(46);
const own = (suite: CryptoAttribute['suite'], keySalt: string): CryptoAttribute => ({
  tag: 1,
  suite,
  keys: [{ keySalt }],
  sessionParams: [],
});
const LOCAL_KEYS = [
  own('AEAD_AES_128_GCM', key(28, 1)),
  own('AES_CM_128_HMAC_SHA1_80', key(30, 1)),
  own('AES_CM_128_HMAC_SHA1_32', key(30, 2)),
  own('AES_256_CM_HMAC_SHA1_80', key(46, 1)),
];
const srtp = (mode: 'off' | 'optional' | 'required') => ({ srtp: { mode, local: LOCAL_KEYS } });
const FINGERPRINT = { hash: 'sha-256', value: Array(32).fill('AB').join(':') };
const dtls = (setup: 'active' | 'passive' | 'actpass' = 'actpass') => ({
  dtls: { fingerprints: [FINGERPRINT], setup },
});

const capabilities = (extra: Partial<MediaCapabilities> = {}): MediaCapabilities => ({
  address: '192.0.2.1',
  port: 40_000,
  codecs: [OPUS, G722, PCMA, PCMU],
  telephoneEvent: { payloadType: 101, events: '0-15' },
  direction: 'sendrecv',
  session: { id: '77', version: 1 },
  ...extra,
});

const offerOf = (...lines: string[]) =>
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

/** The answer's m-lines; attributes that say nothing of the row's subject are left out. */
function brief(text: string, names: readonly string[]): string[] {
  const out: string[] = [];
  for (const line of text.split('\r\n')) {
    if (line.startsWith('m=')) out.push(line.slice(2));
    const attribute = /^a=([^:]+)/.exec(line)?.[1];
    if (attribute !== undefined && names.includes(attribute)) out.push(line.slice(2));
  }
  return out;
}

interface Row {
  offer: string[];
  local?: Partial<MediaCapabilities>;
  /** We have no RFC 4733. */
  withoutEvents?: true;
  /** m-lines and named attributes of the answer, or the reason for none. */
  answer: string[] | `!${string}`;
  negotiated?: object;
}

function check(
  { offer, local, withoutEvents, answer, negotiated }: Row,
  names: readonly string[],
): void {
  const offered = offerOf(...offer);
  const ours = capabilities(local);
  if (withoutEvents) delete ours.telephoneEvent;
  const result = createAnswer(offered, ours);
  if (typeof answer === 'string') {
    expect(result).toEqual({ ok: false, error: answer.slice(1) });
    return;
  }
  expect(result.ok && brief(serializeSdp(result.answer), names)).toEqual(answer);
  if (!result.ok) return;
  if (negotiated !== undefined) expect(result.negotiated).toMatchObject(negotiated);
  // Whatever the row is about: as many m-lines of the same media and profile (RFC 3264 §6).
  expect(result.answer.media.map((m) => [m.media, m.protocol])).toEqual(
    offered.media.map((m) => [m.media, m.protocol]),
  );
}

const audio = (formats: string, profile = 'RTP/AVP', port = 5004) =>
  `m=audio ${port} ${profile} ${formats}`;
const opusMap = (type = 96) => `a=rtpmap:${type} opus/48000/2`;

describe('codecs', () => {
  const names = ['rtpmap', 'fmtp'];
  // biome-ignore format: a table is read by its rows
  const table: [string, Row][] = [
    ['A-law alone', { offer: [audio('8')], answer: [audio('8', 'RTP/AVP', 40_000).slice(2), 'rtpmap:8 PCMA/8000'], negotiated: { codec: PCMA, sendPayloadType: 8 } }],
    ['µ-law alone', { offer: [audio('0')], answer: ['audio 40000 RTP/AVP 0', 'rtpmap:0 PCMU/8000'], negotiated: { codec: PCMU } }],
    ['the offer’s order decides: µ before A', { offer: [audio('0 8')], answer: ['audio 40000 RTP/AVP 0', 'rtpmap:0 PCMU/8000'] }],
    ['the offer’s order decides: A before µ', { offer: [audio('8 0')], answer: ['audio 40000 RTP/AVP 8', 'rtpmap:8 PCMA/8000'] }],
    ['our own order when asked for', { offer: [audio('0 8 9')], local: { preference: 'local' }, answer: ['audio 40000 RTP/AVP 9', 'rtpmap:9 G722/8000'] }],
    ['our own order, first not offered', { offer: [audio('0 8')], local: { preference: 'local', codecs: [OPUS, PCMU, PCMA] }, answer: ['audio 40000 RTP/AVP 0', 'rtpmap:0 PCMU/8000'] }],
    ['unknown codecs in front are passed over', { offer: [audio('18 3 8')], answer: ['audio 40000 RTP/AVP 8', 'rtpmap:8 PCMA/8000'] }],
    ['nothing in common', { offer: [audio('18')], answer: '!no-common-codec' }],
    ['only telephone-event', { offer: [audio('101'), 'a=rtpmap:101 telephone-event/8000'], answer: '!no-common-codec' }],
    ['only comfort noise', { offer: [audio('13')], answer: '!no-common-codec' }],
    ['comfort noise is not answered', { offer: [audio('8 13')], answer: ['audio 40000 RTP/AVP 8', 'rtpmap:8 PCMA/8000'] }],
    ['a codec change in a session', { offer: [audio('9')], local: { codecs: [G722, PCMA] }, answer: ['audio 40000 RTP/AVP 9', 'rtpmap:9 G722/8000'] }],
    ['G.722 with its RTP clock', { offer: [audio('9'), 'a=rtpmap:9 G722/8000'], answer: ['audio 40000 RTP/AVP 9', 'rtpmap:9 G722/8000'], negotiated: { codec: { clockRate: 8000 } } }],
    ['G.722 with its sampling rate is meant the same', { offer: [audio('9'), 'a=rtpmap:9 G722/16000'], answer: ['audio 40000 RTP/AVP 9', 'rtpmap:9 G722/8000'], negotiated: { codec: { clockRate: 8000 } } }],
    ['G.722 at a dynamic payload type', { offer: [audio('97'), 'a=rtpmap:97 G722/8000/1'], answer: ['audio 40000 RTP/AVP 97', 'rtpmap:97 G722/8000'], negotiated: { sendPayloadType: 97, receivePayloadType: 97 } }],
    ['G.722 in lower case', { offer: [audio('9'), 'a=rtpmap:9 g722/8000'], answer: ['audio 40000 RTP/AVP 9', 'rtpmap:9 G722/8000'] }],
    ['Opus takes their payload type and our parameters', { offer: [audio('96'), opusMap(), 'a=fmtp:96 usedtx=1'], answer: ['audio 40000 RTP/AVP 96', 'rtpmap:96 opus/48000/2', 'fmtp:96 useinbandfec=1;maxaveragebitrate=24000'], negotiated: { codec: { fmtp: 'usedtx=1' }, receivePayloadType: 96 } }],
    ['Opus without channels is meant the same', { offer: [audio('96'), 'a=rtpmap:96 opus/48000'], answer: ['audio 40000 RTP/AVP 96', 'rtpmap:96 opus/48000/2', 'fmtp:96 useinbandfec=1;maxaveragebitrate=24000'] }],
    ['Opus with one channel is meant the same', { offer: [audio('96'), 'a=rtpmap:96 OPUS/48000/1'], answer: ['audio 40000 RTP/AVP 96', 'rtpmap:96 opus/48000/2', 'fmtp:96 useinbandfec=1;maxaveragebitrate=24000'] }],
    ['Opus at another clock is none', { offer: [audio('96 8'), 'a=rtpmap:96 opus/16000/2'], answer: ['audio 40000 RTP/AVP 8', 'rtpmap:8 PCMA/8000'] }],
    ['Opus not in our list', { offer: [audio('96 8'), opusMap()], local: { codecs: [PCMA] }, answer: ['audio 40000 RTP/AVP 8', 'rtpmap:8 PCMA/8000'] }],
    ['a dynamic type without rtpmap says nothing', { offer: [audio('96 0')], answer: ['audio 40000 RTP/AVP 0', 'rtpmap:0 PCMU/8000'] }],
    ['an rtpmap for a type not listed', { offer: [audio('0'), opusMap()], answer: ['audio 40000 RTP/AVP 0', 'rtpmap:0 PCMU/8000'] }],
    ['a static type given another meaning by rtpmap', { offer: [audio('8'), 'a=rtpmap:8 PCMU/8000'], answer: ['audio 40000 RTP/AVP 8', 'rtpmap:8 PCMU/8000'], negotiated: { codec: { name: 'PCMU', payloadType: 8 } } }],
    ['payload types above 127 are none', { offer: [audio('200 8'), 'a=rtpmap:200 opus/48000/2'], answer: ['audio 40000 RTP/AVP 8', 'rtpmap:8 PCMA/8000'] }],
    ['a malformed rtpmap is passed over', { offer: [audio('96 8'), 'a=rtpmap:96 opus'], answer: ['audio 40000 RTP/AVP 8', 'rtpmap:8 PCMA/8000'] }],
    ['stereo A-law is another codec', { offer: [audio('96 0'), 'a=rtpmap:96 PCMA/8000/2'], answer: ['audio 40000 RTP/AVP 0', 'rtpmap:0 PCMU/8000'] }],
    ['A-law at a dynamic type', { offer: [audio('110'), 'a=rtpmap:110 PCMA/8000'], answer: ['audio 40000 RTP/AVP 110', 'rtpmap:110 PCMA/8000'] }],
  ];
  test.each(table)('%s', (_name, row) => check(row, names));
});

describe('DTMF', () => {
  const names = ['rtpmap', 'fmtp'];
  const event = (type: number, clock: number, events = '0-15') => [
    `a=rtpmap:${type} telephone-event/${clock}`,
    `a=fmtp:${type} ${events}`,
  ];
  const answered = (codec: string[], type?: number, clock = 8000) => {
    const [formats = '', ...lines] = codec;
    const dtmf =
      type === undefined ? [] : [`rtpmap:${type} telephone-event/${clock}`, `fmtp:${type} 0-15`];
    return [
      `audio 40000 RTP/AVP ${formats}${type === undefined ? '' : ` ${type}`}`,
      ...lines,
      ...dtmf,
    ];
  };
  const alaw = ['8', 'rtpmap:8 PCMA/8000'];
  const opus = ['96', 'rtpmap:96 opus/48000/2', 'fmtp:96 useinbandfec=1;maxaveragebitrate=24000'];
  // biome-ignore format: a table is read by its rows
  const table: [string, Row][] = [
    ['with A-law at 101', { offer: [audio('8 101'), ...event(101, 8000)], answer: answered(alaw, 101), negotiated: { dtmf: { sendPayloadType: 101, receivePayloadType: 101, clockRate: 8000 } } }],
    ['their payload type counts', { offer: [audio('8 97'), ...event(97, 8000)], answer: answered(alaw, 97), negotiated: { dtmf: { sendPayloadType: 97 } } }],
    ['with more events than ours', { offer: [audio('8 97'), ...event(97, 8000, '0-16,66,70')], answer: answered(alaw, 97) }],
    ['without fmtp', { offer: [audio('8 97'), 'a=rtpmap:97 telephone-event/8000'], answer: answered(alaw, 97) }],
    ['none offered', { offer: [audio('8')], answer: answered(alaw), negotiated: { codec: PCMA } }],
    ['none of ours', { offer: [audio('8 101'), ...event(101, 8000)], withoutEvents: true, answer: answered(alaw) }],
    ['Opus with the clock of Opus', { offer: [audio('96 97'), opusMap(), ...event(97, 48_000)], answer: answered(opus, 97, 48_000), negotiated: { dtmf: { sendPayloadType: 97, clockRate: 48_000 } } }],
    ['Opus with both clocks offered', { offer: [audio('96 97 98'), opusMap(), ...event(97, 8000), ...event(98, 48_000)], answer: answered(opus, 98, 48_000), negotiated: { dtmf: { sendPayloadType: 98 } } }],
    ['A-law with both clocks offered', { offer: [audio('8 97 98'), ...event(98, 48_000), ...event(97, 8000)], answer: answered(alaw, 97) }],
    ['Opus with only 8000 offered', { offer: [audio('96 97'), opusMap(), ...event(97, 8000)], answer: answered(opus, 97, 8000), negotiated: { dtmf: { sendPayloadType: 97, receivePayloadType: 97, clockRate: 8000 } } }],
    ['A-law with only 48000 offered: no RFC 4733', { offer: [audio('8 97'), ...event(97, 48_000)], answer: answered(alaw) }],
    ['G.722 uses 8000', { offer: [audio('9 97'), ...event(97, 8000)], answer: answered(['9', 'rtpmap:9 G722/8000'], 97) }],
    ['in capitals', { offer: [audio('8 97'), 'a=rtpmap:97 TELEPHONE-EVENT/8000'], answer: answered(alaw, 97) }],
  ];
  test.each(table)('%s', (_name, row) => check(row, names));
});

describe('direction and hold', () => {
  const names = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];
  type Flow = MediaCapabilities['direction'];
  /** offered line(s), our wish, answered, held */
  // biome-ignore format: a table is read by its rows
  const table: [offered: string, wish: Flow, answered: Flow, held: boolean][] = [
    ['', 'sendrecv', 'sendrecv', false],
    ['a=sendrecv', 'sendrecv', 'sendrecv', false],
    ['a=sendonly', 'sendrecv', 'recvonly', true],
    ['a=recvonly', 'sendrecv', 'sendonly', false],
    ['a=inactive', 'sendrecv', 'inactive', true],
    ['a=sendrecv', 'sendonly', 'sendonly', false],
    ['a=sendonly', 'sendonly', 'inactive', true],
    ['a=recvonly', 'sendonly', 'sendonly', false],
    ['a=inactive', 'sendonly', 'inactive', true],
    ['a=sendrecv', 'recvonly', 'recvonly', false],
    ['a=sendonly', 'recvonly', 'recvonly', true],
    ['a=recvonly', 'recvonly', 'inactive', false],
    ['a=inactive', 'recvonly', 'inactive', true],
    ['a=sendrecv', 'inactive', 'inactive', false],
    ['a=sendonly', 'inactive', 'inactive', true],
    ['a=recvonly', 'inactive', 'inactive', false],
    ['a=inactive', 'inactive', 'inactive', true],
    ['c=IN IP4 0.0.0.0', 'sendrecv', 'recvonly', true],
    ['c=IN IP4 0.0.0.0|a=sendonly', 'sendrecv', 'recvonly', true],
    ['c=IN IP4 0.0.0.0|a=recvonly', 'sendrecv', 'inactive', true],
    ['c=IN IP4 0.0.0.0|a=inactive', 'sendrecv', 'inactive', true],
    ['c=IN IP4 0.0.0.0|a=sendrecv', 'sendonly', 'inactive', true],
    ['c=IN IP6 ::', 'sendrecv', 'recvonly', true],
    ['c=IN IP4 198.51.100.8|a=sendrecv', 'sendrecv', 'sendrecv', false],
  ];
  test.each(table)('%s while we want %s: %s (held: %s)', (lines, direction, answered, held) => {
    const offer = [audio('8'), ...lines.split('|').filter((line) => line !== '')];
    const row = { offer, local: { direction }, answer: ['audio 40000 RTP/AVP 8', answered] };
    check({ ...row, negotiated: { direction: answered, held } }, names);
  });

  test('at session level, and overruled by the media', () => {
    check(
      { offer: ['a=inactive', audio('8')], answer: ['audio 40000 RTP/AVP 8', 'inactive'] },
      names,
    );
    check(
      {
        offer: ['a=inactive', audio('8'), 'a=sendrecv'],
        answer: ['audio 40000 RTP/AVP 8', 'sendrecv'],
      },
      names,
    );
  });
});

describe('packet time, RTCP, addresses', () => {
  // biome-ignore format: a table is read by its rows
  const table: [string, string[], Partial<MediaCapabilities>, object][] = [
    ['ptime as asked', ['a=ptime:30'], {}, { ptime: 30 }],
    ['no ptime: ours', [], { ptime: 40 }, { ptime: 40 }],
    ['no ptime at all', [], {}, { ptime: 20 }],
    ['maxptime cuts ptime', ['a=ptime:60', 'a=maxptime:40'], {}, { ptime: 40 }],
    ['maxptime cuts ours', ['a=maxptime:10'], { ptime: 20 }, { ptime: 10 }],
    ['maxptime above ptime', ['a=ptime:20', 'a=maxptime:150'], {}, { ptime: 20 }],
    ['ptime 0', ['a=ptime:0'], {}, { ptime: 20 }],
    ['ptime 1000', ['a=ptime:1000'], {}, { ptime: 20 }],
    ['ptime nonsense', ['a=ptime:x'], {}, { ptime: 20 }],
    ['RTCP at the next port', [], {}, { remoteRtcpPort: 5005, remoteRtcpAddress: '198.51.100.7' }],
    ['RTCP at its own port', ['a=rtcp:6001'], {}, { remoteRtcpPort: 6001 }],
    ['RTCP at its own address', ['a=rtcp:6001 IN IP4 198.51.100.9'], {}, { remoteRtcpPort: 6001, remoteRtcpAddress: '198.51.100.9' }],
    ['RTCP nonsense', ['a=rtcp:x'], {}, { remoteRtcpPort: 5005 }],
    ['RTCP out of range', ['a=rtcp:70000'], {}, { remoteRtcpPort: 5004 }],
    ['rtcp-mux from both', ['a=rtcp-mux'], { rtcpMux: true }, { rtcpMux: true, remoteRtcpPort: 5004 }],
    ['rtcp-mux from them alone', ['a=rtcp-mux'], {}, { rtcpMux: false, remoteRtcpPort: 5005 }],
    ['rtcp-mux from us alone', [], { rtcpMux: true }, { rtcpMux: false, remoteRtcpPort: 5005 }],
    ['rtcp-mux wins over rtcp', ['a=rtcp:6001 IN IP4 198.51.100.9', 'a=rtcp-mux'], { rtcpMux: true }, { remoteRtcpPort: 5004, remoteRtcpAddress: '198.51.100.7' }],
    ['address of the media', ['c=IN IP4 203.0.113.5'], {}, { remoteAddress: '203.0.113.5' }],
    ['IPv6', ['c=IN IP6 2001:db8::5'], {}, { remoteAddress: '2001:db8::5' }],
    ['a host name', ['c=IN IP4 media.example.com'], {}, { remoteAddress: 'media.example.com' }],
  ];
  test.each(table)('%s', (_name, lines, local, negotiated) => {
    const result = createAnswer(offerOf(audio('8'), ...lines), capabilities(local));
    expect(result).toMatchObject({ ok: true, negotiated });
  });

  test.each([
    'IN IP4 224.2.1.1/127',
    'IN IP4 239.255.0.1',
    'IN IP4 255.255.255.255',
    'IN IP6 ff02::1',
  ])('nothing is sent to %s', (connection) => {
    const result = createAnswer(offerOf(audio('8'), `c=${connection}`), capabilities());
    expect(result).toEqual({ ok: false, error: 'no-connection-address' });
  });

  test('our own ptime and maxptime are written', () => {
    check(
      {
        offer: [audio('8')],
        local: { ptime: 20, maxptime: 60 },
        answer: ['audio 40000 RTP/AVP 8', 'ptime:20', 'maxptime:60'],
      },
      ['ptime', 'maxptime'],
    );
  });
});

describe('profiles and SDES', () => {
  const names = ['crypto'];
  const crypto = (tag: number, suite: string, rest: string) =>
    `a=crypto:${tag} ${suite} inline:${rest}`;
  const SHA80 = crypto(1, 'AES_CM_128_HMAC_SHA1_80', K30);
  const GCM = crypto(2, 'AEAD_AES_128_GCM', K28);
  const savp = audio('8', 'RTP/SAVP');
  const answered = (tag: number, suite: string, keySalt: string, profile = 'RTP/SAVP') => [
    `audio 40000 ${profile} 8`,
    `crypto:${tag} ${suite} inline:${keySalt}`,
  ];
  const sha80 = (tag = 1, profile?: string) =>
    answered(tag, 'AES_CM_128_HMAC_SHA1_80', key(30, 1), profile);
  const gcm = (tag = 2) => answered(tag, 'AEAD_AES_128_GCM', key(28, 1));
  const plain = ['audio 40000 RTP/AVP 8'];
  // biome-ignore format: a table is read by its rows
  const table: [string, Row][] = [
    ['plain, off', { offer: [audio('8')], local: srtp('off'), answer: plain }],
    ['plain, optional', { offer: [audio('8')], local: srtp('optional'), answer: plain }],
    ['VOX-117 plain, required', { offer: [audio('8')], local: srtp('required'), answer: '!encryption-required' }],
    ['AVPF', { offer: [audio('8', 'RTP/AVPF')], answer: ['audio 40000 RTP/AVPF 8'] }],
    ['AVPF, required', { offer: [audio('8', 'RTP/AVPF')], local: srtp('required'), answer: '!encryption-required' }],
    ['SAVP, off', { offer: [savp, SHA80], local: srtp('off'), answer: '!unsupported-protocol' }],
    ['SAVP, nothing configured', { offer: [savp, SHA80], answer: '!unsupported-protocol' }],
    ['SAVP, optional', { offer: [savp, SHA80], local: srtp('optional'), answer: sha80() }],
    ['SAVP, required', { offer: [savp, SHA80], local: srtp('required'), answer: sha80(), negotiated: { protocol: 'RTP/SAVP', crypto: { local: { keys: [{ keySalt: key(30, 1) }] }, remote: { keys: [{ keySalt: K30 }] } } } }],
    ['SAVPF, required', { offer: [audio('8', 'RTP/SAVPF'), SHA80], local: srtp('required'), answer: sha80(1, 'RTP/SAVPF') }],
    ['the first line we can meet', { offer: [savp, SHA80, GCM], local: srtp('required'), answer: sha80() }],
    ['their order, not ours', { offer: [savp, GCM, SHA80], local: srtp('required'), answer: gcm() }],
    ['their tag is repeated', { offer: [savp, crypto(77, 'AES_CM_128_HMAC_SHA1_80', K30)], local: srtp('required'), answer: sha80(77) }],
    ['32 bit tags', { offer: [savp, crypto(1, 'AES_CM_128_HMAC_SHA1_32', K30)], local: srtp('required'), answer: answered(1, 'AES_CM_128_HMAC_SHA1_32', key(30, 2)) }],
    ['AES-256', { offer: [savp, crypto(1, 'AES_256_CM_HMAC_SHA1_80', K46)], local: srtp('required'), answer: answered(1, 'AES_256_CM_HMAC_SHA1_80', key(46, 1)) }],
    ['a suite we have no key for', { offer: [savp, crypto(1, 'AEAD_AES_256_GCM', key(44))], local: srtp('required'), answer: '!no-common-crypto' }],
    ['an unknown suite in front', { offer: [savp, crypto(1, 'F8_128_HMAC_SHA1_80', K30), crypto(2, 'AES_CM_128_HMAC_SHA1_80', K30)], local: srtp('required'), answer: sha80(2) }],
    ['only NULL ciphers', { offer: [savp, crypto(1, 'NULL_HMAC_SHA1_80', K30)], local: srtp('required'), answer: '!no-common-crypto' }],
    ['no key line at all', { offer: [savp], local: srtp('required'), answer: '!no-common-crypto' }],
    ['a lifetime', { offer: [savp, `${SHA80}|2^31`], local: srtp('required'), answer: sha80(), negotiated: { crypto: { remote: { keys: [{ lifetime: 2 ** 31 }] } } } }],
    ['an MKI we cannot meet', { offer: [savp, `${SHA80}|2^31|1:4`, crypto(2, 'AES_CM_128_HMAC_SHA1_80', K30)], local: srtp('required'), answer: sha80(2) }],
    ['an MKI we can meet', { offer: [savp, `${SHA80}|2^31|1:4`], local: { srtp: { mode: 'required', local: LOCAL_KEYS, mki: true } }, answer: sha80(), negotiated: { crypto: { remote: { keys: [{ mki: { value: 1, length: 4 } }] } } } }],
    ['UNENCRYPTED_SRTP is refused', { offer: [savp, `${SHA80} UNENCRYPTED_SRTP`], local: srtp('required'), answer: '!no-common-crypto' }],
    ['UNENCRYPTED_SRTCP is refused', { offer: [savp, `${SHA80} UNENCRYPTED_SRTCP`], local: srtp('required'), answer: '!no-common-crypto' }],
    ['UNAUTHENTICATED_SRTP is refused', { offer: [savp, `${SHA80} UNAUTHENTICATED_SRTP`], local: srtp('optional'), answer: '!no-common-crypto' }],
    ['a crippled line before a good one', { offer: [savp, `${SHA80} UNENCRYPTED_SRTP`, GCM], local: srtp('required'), answer: gcm() }],
    ['key derivation rates are not met', { offer: [savp, `${SHA80} KDR=24`], local: srtp('required'), answer: '!no-common-crypto' }],
    ['a window size hint is harmless', { offer: [savp, `${SHA80} WSH=64`], local: srtp('required'), answer: sha80() }],
    ['ignorable parameters are ignored', { offer: [savp, `${SHA80} -x=1`], local: srtp('required'), answer: sha80() }],
    ['unknown parameters are not', { offer: [savp, `${SHA80} FOO`], local: srtp('required'), answer: '!no-common-crypto' }],
    ['a key too short', { offer: [savp, crypto(1, 'AES_CM_128_HMAC_SHA1_80', key(29))], local: srtp('required'), answer: '!no-common-crypto' }],
    ['GCM with the key of another suite', { offer: [savp, crypto(1, 'AEAD_AES_128_GCM', K30)], local: srtp('required'), answer: '!no-common-crypto' }],
    ['keys in a plain profile, off', { offer: [audio('8'), SHA80], local: srtp('off'), answer: plain }],
    ['keys in a plain profile, optional', { offer: [audio('8'), SHA80], local: srtp('optional'), answer: sha80(1, 'RTP/AVP') }],
    ['keys in a plain profile, required', { offer: [audio('8'), SHA80], local: srtp('required'), answer: sha80(1, 'RTP/AVP') }],
    ['both profiles, off', { offer: [savp, SHA80, audio('8')], local: srtp('off'), answer: ['audio 0 RTP/SAVP 8', 'audio 40000 RTP/AVP 8'] }],
    ['both profiles, optional: the encrypted one', { offer: [audio('8'), savp, SHA80], local: srtp('optional'), answer: ['audio 0 RTP/AVP 8', ...sha80()], negotiated: { mediaIndex: 1 } }],
    ['both profiles, required', { offer: [audio('8'), savp, SHA80], local: srtp('required'), answer: ['audio 0 RTP/AVP 8', ...sha80()] }],
    ['both profiles, optional, no common suite', { offer: [savp, audio('8')], local: srtp('optional'), answer: ['audio 0 RTP/SAVP 8', 'audio 40000 RTP/AVP 8'] }],
    ['an unknown profile', { offer: [audio('8', 'RTP/XAVP')], local: srtp('optional'), answer: '!unsupported-protocol' }],
  ];
  test.each(table)('%s', (_name, row) => check(row, names));
});

describe('DTLS and ICE', () => {
  const names = ['setup', 'fingerprint', 'ice-ufrag'];
  const theirs = `a=fingerprint:SHA-256 ${Array(32).fill('cd').join(':')}`;
  const line = audio('8', 'UDP/TLS/RTP/SAVPF');
  const answered = (setup: string, profile = 'UDP/TLS/RTP/SAVPF') => [
    `audio 40000 ${profile} 8`,
    `fingerprint:sha-256 ${FINGERPRINT.value}`,
    `setup:${setup}`,
  ];
  // biome-ignore format: a table is read by its rows
  const table: [string, Row][] = [
    ['actpass: we are active', { offer: [line, theirs, 'a=setup:actpass'], local: dtls(), answer: answered('active'), negotiated: { dtls: { role: 'client', remote: { setup: 'actpass' } } } }],
    ['actpass, wish passive', { offer: [line, theirs, 'a=setup:actpass'], local: dtls('passive'), answer: answered('passive'), negotiated: { dtls: { role: 'server' } } }],
    ['active: we are passive', { offer: [line, theirs, 'a=setup:active'], local: dtls(), answer: answered('passive'), negotiated: { dtls: { role: 'server' } } }],
    ['passive: we are active', { offer: [line, theirs, 'a=setup:passive'], local: dtls('passive'), answer: answered('active'), negotiated: { dtls: { role: 'client' } } }],
    ['at session level', { offer: [theirs, 'a=setup:actpass', line], local: dtls(), answer: answered('active') }],
    ['with the old profile name', { offer: [audio('8', 'RTP/SAVPF'), theirs, 'a=setup:actpass'], local: dtls(), answer: answered('active', 'RTP/SAVPF') }],
    ['no fingerprint', { offer: [line, 'a=setup:actpass'], local: dtls(), answer: '!no-common-dtls' }],
    ['SHA-1 fingerprint', { offer: [line, `a=fingerprint:sha-1 ${Array(20).fill('AB').join(':')}`, 'a=setup:actpass'], local: dtls(), answer: '!no-common-dtls' }],
    ['no setup', { offer: [line, theirs], local: dtls(), answer: '!no-common-dtls' }],
    ['setup holdconn', { offer: [line, theirs, 'a=setup:holdconn'], local: dtls(), answer: '!no-common-dtls' }],
    ['plain offer', { offer: [audio('8')], local: dtls(), answer: '!encryption-required' }],
    ['DTLS is not for us', { offer: [line, theirs, 'a=setup:actpass'], answer: '!unsupported-protocol' }],
    ['DTLS is not for us, SRTP required', { offer: [line, theirs, 'a=setup:actpass'], local: srtp('required'), answer: '!unsupported-protocol' }],
    ['tls-id is kept', { offer: [line, theirs, 'a=setup:actpass', 'a=tls-id:abc3dl'], local: dtls(), answer: answered('active'), negotiated: { dtls: { remote: { tlsId: 'abc3dl' } } } }],
    ['ICE is read and kept', { offer: [line, theirs, 'a=setup:actpass', 'a=ice-ufrag:8hhY', 'a=ice-pwd:asd88fgpdd777uzjYhagZg', 'a=ice-options:ice2 trickle', 'a=candidate:1 1 UDP 2130706431 198.51.100.7 5004 typ host', 'a=candidate:bad'], local: dtls(), answer: answered('active'), negotiated: { ice: { ufrag: '8hhY', options: ['ice2', 'trickle'], candidates: [{ transport: 'udp', port: 5004, type: 'host' }] } } }],
    ['ICE of ours is written', { offer: [audio('8')], local: { ice: { ufrag: 'abcd', password: 'x'.repeat(22), lite: true, options: [], candidates: [], endOfCandidates: false } }, answer: ['audio 40000 RTP/AVP 8', 'ice-ufrag:abcd'] }],
  ];
  test.each(table)('%s', (_name, row) => check(row, names));
});

describe('lines that are refused', () => {
  // biome-ignore format: a table is read by its rows
  const table: [string, Row][] = [
    ['no lines', { offer: [], answer: '!no-audio' }],
    ['video alone', { offer: ['m=video 6000 RTP/AVP 31'], answer: '!no-audio' }],
    ['T.38 alone', { offer: ['m=image 5010 udptl t38'], answer: '!no-audio' }],
    ['port 0', { offer: [audio('8', 'RTP/AVP', 0)], answer: '!audio-rejected' }],
    ['port 0, then another line', { offer: [audio('8', 'RTP/AVP', 0), audio('0')], answer: ['audio 0 RTP/AVP 8', 'audio 40000 RTP/AVP 0'] }],
    ['video behind', { offer: [audio('8'), 'm=video 6000 RTP/AVP 31'], answer: ['audio 40000 RTP/AVP 8', 'video 0 RTP/AVP 31'] }],
    ['video in front', { offer: ['m=video 6000 RTP/AVP 31', audio('8')], answer: ['video 0 RTP/AVP 31', 'audio 40000 RTP/AVP 8'], negotiated: { mediaIndex: 1 } }],
    ['two audio lines', { offer: [audio('8'), audio('8', 'RTP/AVP', 5006)], answer: ['audio 40000 RTP/AVP 8', 'audio 0 RTP/AVP 8'] }],
    ['the first has no codec of ours', { offer: [audio('18'), audio('8', 'RTP/AVP', 5006)], answer: ['audio 0 RTP/AVP 18', 'audio 40000 RTP/AVP 8'] }],
    ['application, text and image', { offer: ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'm=text 11000 RTP/AVP 98', 'm=image 5010 udptl t38', audio('8')], answer: ['application 0 UDP/DTLS/SCTP webrtc-datachannel', 'text 0 RTP/AVP 98', 'image 0 udptl t38', 'audio 40000 RTP/AVP 8'] }],
    ['nearest reason: no codec before no transport', { offer: [audio('8', 'RTP/SAVP'), audio('18')], answer: '!no-common-codec' }],
    ['all lines port 0', { offer: ['m=video 0 RTP/AVP 31', audio('8', 'RTP/AVP', 0)], answer: '!audio-rejected' }],
  ];
  test.each(table)('%s', (_name, row) => check(row, []));
});
