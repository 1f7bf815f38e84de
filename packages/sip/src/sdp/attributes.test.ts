import { describe, expect, test } from 'vitest';
import { formatWarning } from '../message/warning.ts';
import { formatCrypto, parseCrypto } from './crypto.ts';
import { answerSetup, dtlsRole, parseFingerprint } from './dtls.ts';
import { formatOpusParameters, parseEvents, parseFmtp, parseOpusParameters } from './fmtp.ts';
import { formatCandidate, type IceParameters, isIceRestart, parseCandidate } from './ice.ts';
import { refusalOf } from './refusal.ts';

const key = (octets: number) => Buffer.alloc(octets, 5).toString('base64');

describe('a=crypto (RFC 4568 §9)', () => {
  const K30 = key(30);
  test.each([
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30}`,
    `999999999 AES_CM_128_HMAC_SHA1_32 inline:${K30}|2^20|1:32`,
    `2 AES_CM_128_HMAC_SHA1_80 inline:${K30}|1000000`,
    `2 AES_CM_128_HMAC_SHA1_80 inline:${K30}|255:1`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30}|1:4;inline:${K30}|2:4`,
    `1 AES_256_CM_HMAC_SHA1_80 inline:${key(46)} WSH=1024`,
    `1 AES_256_CM_HMAC_SHA1_32 inline:${key(46)}`,
    `1 AEAD_AES_128_GCM inline:${key(28)}`,
    `1 AEAD_AES_256_GCM inline:${key(44)}`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30} -ignorable`,
  ])('%s reads and writes back', (value) => {
    const crypto = parseCrypto(value);
    expect(crypto && formatCrypto(crypto)).toBe(value);
  });

  test('keys without padding are taken', () => {
    const bare = key(28).replace(/=+$/, '');
    expect(parseCrypto(`1 AEAD_AES_128_GCM inline:${bare}`)?.keys[0]?.keySalt).toBe(key(28));
  });

  test.each([
    '',
    '1',
    '1 AES_CM_128_HMAC_SHA1_80',
    `0 AES_CM_128_HMAC_SHA1_80 inline:${K30}`,
    `1234567890 AES_CM_128_HMAC_SHA1_80 inline:${K30}`,
    `x AES_CM_128_HMAC_SHA1_80 inline:${K30}`,
    `1 aes_cm_128_hmac_sha1_80 inline:${K30}`,
    `1 constructor inline:${K30}`,
    `1 AES_CM_128_HMAC_SHA1_80 uri:${K30}`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${key(31)}`,
    '1 AES_CM_128_HMAC_SHA1_80 inline:!!!!',
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30}|2^49`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30}|0`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30}|1:0`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30}|256:1`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30}|1:4|2^20`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30}|2^20|1:4|x`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30};inline:${K30}`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30}|1:4;inline:${K30}|1:4`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30} KDR=0`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30} FEC_ORDER=FEC_SRTP`,
    `1 AES_CM_128_HMAC_SHA1_80 inline:${K30} UNAUTHENTICATED_SRTP`,
  ])('%j cannot be met', (value) => {
    expect(parseCrypto(value)).toBeUndefined();
  });
});

describe('fmtp', () => {
  test('parameters in any spelling', () => {
    expect([...parseFmtp(' UseInbandFEC=1 ; usedtx=0;flag; =x;usedtx=1')]).toEqual([
      ['useinbandfec', '1'],
      ['usedtx', '0'],
      ['flag', ''],
    ]);
  });

  test('Opus (RFC 7587 §6.1)', () => {
    const opus = {
      maxPlaybackRate: 16_000,
      maxAverageBitrate: 20_000,
      stereo: true,
      constantBitrate: true,
      inbandFec: true,
      discontinuous: true,
      sendsStereo: true,
    };
    const text =
      'maxplaybackrate=16000;maxaveragebitrate=20000;stereo=1;cbr=1;useinbandfec=1;usedtx=1;sprop-stereo=1';
    expect(formatOpusParameters(opus)).toBe(text);
    expect(parseOpusParameters(text)).toEqual(opus);
    expect(formatOpusParameters({})).toBeUndefined();
    expect(parseOpusParameters(undefined)).toEqual({});
    expect(parseOpusParameters('stereo=0;usedtx=x;maxaveragebitrate=-1')).toEqual({});
    expect(parseOpusParameters('maxaveragebitrate=1;maxplaybackrate=96000')).toEqual({
      maxAverageBitrate: 6_000,
      maxPlaybackRate: 48_000,
    });
  });

  test('events', () => {
    expect([...parseEvents('0-2,16, 66')]).toEqual([0, 1, 2, 16, 66]);
    expect(parseEvents(undefined).size).toBe(16);
    expect(parseEvents('0-999').size).toBe(256);
    expect(parseEvents('x,5-1').size).toBe(0);
  });
});

describe('DTLS', () => {
  const octets = (n: number) => Array(n).fill('aB').join(':');
  test('fingerprints', () => {
    expect(parseFingerprint(`SHA-256 ${octets(32)}`)).toEqual({
      hash: 'sha-256',
      value: octets(32).toUpperCase(),
    });
    expect(parseFingerprint(`sha-512 ${octets(64)}`)?.hash).toBe('sha-512');
    for (const bad of [
      '',
      'sha-256',
      `sha-1 ${octets(20)}`,
      `md5 ${octets(16)}`,
      `sha-256 ${octets(31)}`,
      `sha-256 ${octets(32)} x`,
      `sha-256 ${octets(31)}:xx`,
      `__proto__ ${octets(32)}`,
    ]) {
      expect(parseFingerprint(bad)).toBeUndefined();
    }
  });

  test.each([
    ['actpass', 'active', 'server', 'client'],
    ['actpass', 'passive', 'client', 'server'],
    ['active', 'passive', 'client', 'server'],
    ['passive', 'active', 'server', 'client'],
    ['active', 'active', undefined, undefined],
    ['passive', 'passive', undefined, undefined],
    ['actpass', 'actpass', undefined, undefined],
  ] as const)('offered %s, answered %s: offerer %s, answerer %s', (offered, answered, a, b) => {
    expect(dtlsRole(offered, answered, true)).toBe(a);
    expect(dtlsRole(offered, answered, false)).toBe(b);
  });

  test('an answer never says actpass', () => {
    for (const offered of ['active', 'passive', 'actpass'] as const) {
      for (const wish of ['active', 'passive', 'actpass'] as const) {
        expect(dtlsRole(offered, answerSetup(offered, wish), false)).toBeDefined();
      }
    }
  });
});

test('VOX-117 what cannot be met is refused with 488 and a Warning that says why', () => {
  const { status, warning } = refusalOf('encryption-required', 'trunkline');
  expect([status, formatWarning(warning)]).toEqual([488, '302 trunkline "SRTP required"']);
  expect(refusalOf('no-common-codec', 'x').warning.code).toBe(305);
});

describe('ICE (RFC 8839 §5)', () => {
  test.each([
    '1 1 udp 2130706431 203.0.113.141 8998 typ host',
    '2 2 udp 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998',
    '3 1 tcp 1 2001:db8::1 9 typ host tcptype active generation 0',
    'a+/ 1 udp 1 e2f.local 1 typ host',
  ])('%s reads and writes back', (value) => {
    const candidate = parseCandidate(value);
    expect(candidate && formatCandidate(candidate)).toBe(value);
  });

  test.each([
    '',
    '1 1 udp 1 192.0.2.1 1',
    '1 0 udp 1 192.0.2.1 1 typ host',
    '1 257 udp 1 192.0.2.1 1 typ host',
    '1 1 udp 2147483648 192.0.2.1 1 typ host',
    '1 1 udp 1 192.0.2.1 65536 typ host',
    '1 1 udp 1 192.0.2.1 1 typ host raddr',
    '1 1 udp 1 192.0.2.1 1 typ host rport x',
    '- 1 udp 1 192.0.2.1 1 typ host',
    '1 1 udp 1 192.0.2.1 1 host typ',
  ])('%j is passed over', (value) => {
    expect(parseCandidate(value)).toBeUndefined();
  });

  test('a restart is another name or password', () => {
    const ice: IceParameters = {
      ufrag: 'abcd',
      password: 'x'.repeat(22),
      lite: false,
      options: [],
      candidates: [],
      endOfCandidates: false,
    };
    expect(isIceRestart(ice, { ...ice, endOfCandidates: true })).toBe(false);
    expect(isIceRestart(ice, { ...ice, ufrag: 'efgh' })).toBe(true);
    expect(isIceRestart(ice, { ...ice, password: 'y'.repeat(22) })).toBe(true);
  });
});
