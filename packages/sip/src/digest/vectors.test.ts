import { describe, expect, test } from 'vitest';
import { type DigestAlgorithm, parseAlgorithm } from './algorithm.ts';
import { constantTimeEquals, digestResponse, type Qop, secretHash, userHash } from './compute.ts';
import { nodeHash } from './node/hash.ts';

const NONE = new Uint8Array(0);

describe('RFC 7616 §3.9.1', () => {
  const input = (hash: DigestAlgorithm) => ({
    algorithm: { hash, session: false },
    ha1: secretHash(nodeHash, hash, 'Mufasa', 'http-auth@example.org', 'Circle of Life'),
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    method: 'GET',
    uri: '/dir/index.html',
    qop: 'auth' as const,
    nonceCount: '00000001',
    clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    body: NONE,
  });

  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('%s', (hash, expected) => {
    expect(digestResponse(nodeHash, input(hash))).toBe(expected);
  });

  test('without qop as in RFC 2069', () => {
    const { qop: _qop, ...rest } = input('MD5');
    const ha2 = nodeHash('MD5', 'GET:/dir/index.html');
    expect(digestResponse(nodeHash, rest)).toBe(
      nodeHash('MD5', `${rest.ha1}:${rest.nonce}:${ha2}`),
    );
  });
});

test('RFC 7616 §3.9.2 with userhash, SHA-512/256 as corrected by its erratum 4897', () => {
  const [user, realm] = ['J\u{e4}s\u{f8}n Doe', 'api@example.org'];
  expect(userHash(nodeHash, 'SHA-512-256', user, realm)).toBe(
    '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
  );
  expect(
    digestResponse(nodeHash, {
      algorithm: { hash: 'SHA-512-256', session: false },
      ha1: secretHash(nodeHash, 'SHA-512-256', user, realm, 'Secret, or not?'),
      nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
      method: 'GET',
      uri: '/doe.json',
      qop: 'auth',
      nonceCount: '00000001',
      clientNonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
      body: NONE,
    }),
  ).toBe('3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5');
});

describe('SIP examples of draft-smith-sipping-auth-examples', () => {
  const sdp = [
    'v=0',
    'o=bob 2890844526 2890844526 IN IP4 media.biloxi.com',
    's=-',
    'c=IN IP4 media.biloxi.com',
    't=0 0',
    'm=audio 49170 RTP/AVP 0',
    'a=rtpmap:0 PCMU/8000',
    'm=video 51372 RTP/AVP 31',
    'a=rtpmap:31 H261/90000',
    'm=video 53000 RTP/AVP 32',
    'a=rtpmap:32 MPV/90000',
    '',
  ].join('\r\n');

  test.each<[qop: Qop | undefined, session: boolean, expected: string]>([
    [undefined, false, 'bf57e4e0d0bffc0fbaedce64d59add5e'],
    ['auth', false, '89eb0059246c02b2f6ee02c7961d5ea3'],
    ['auth', true, 'e4e4ea61d186d07a92c9e1f6919902e9'],
    ['auth-int', false, 'bdbeebb2da6adb6bca02599c2239e192'],
    ['auth-int', true, '91984da2d8663716e91554859c22ca70'],
  ])('MD5, qop %s, session %s', (qop, session, expected) => {
    const response = digestResponse(nodeHash, {
      algorithm: { hash: 'MD5', session },
      ha1: secretHash(nodeHash, 'MD5', 'bob', 'biloxi.com', 'zanzibar'),
      nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
      method: 'INVITE',
      uri: 'sip:bob@biloxi.com',
      ...(qop === undefined ? {} : { qop }),
      nonceCount: '00000001',
      clientNonce: '0a4f113b',
      body: new TextEncoder().encode(sdp),
    });
    expect(response).toBe(expected);
  });
});

test('SHA-512-256 is SHA-512/256, not a cut SHA-512 (FIPS 180-4 example)', () => {
  expect(nodeHash('SHA-512-256', 'abc')).toBe(
    '53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23',
  );
});

test('algorithm names', () => {
  expect(parseAlgorithm(undefined)).toEqual({ hash: 'MD5', session: false });
  expect(parseAlgorithm('sha-512-256-SESS')).toEqual({ hash: 'SHA-512-256', session: true });
  expect(parseAlgorithm('SHA-1')).toBeUndefined();
});

test('comparison finds every difference', () => {
  expect(constantTimeEquals('abc', 'abc')).toBe(true);
  for (const other of ['', 'ab', 'abcd', 'abd', 'bbc']) {
    expect(constantTimeEquals('abc', other)).toBe(false);
    expect(constantTimeEquals(other, 'abc')).toBe(false);
  }
});
