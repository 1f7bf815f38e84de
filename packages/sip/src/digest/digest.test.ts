import { describe, expect, test } from 'vitest';
import { createResponse } from '../message/build.ts';
import { Headers } from '../message/headers.ts';
import { SipRequest } from '../message/message.ts';
import { parseAlgorithm } from './algorithm.ts';
import { DigestClient, type DigestCredentials } from './client.ts';
import { constantTimeEquals, digestResponse } from './compute.ts';
import { nodeHash } from './node/hash.ts';
import { NonceStore } from './nonce-store.ts';
import { DigestVerifier, type DigestVerifierOptions } from './verifier.ts';

const NONE = new Uint8Array(0);

function request(method = 'REGISTER', body?: Uint8Array) {
  return new SipRequest(
    method,
    'sip:pbx.example',
    new Headers()
      .append('Via', 'SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1')
      .append('From', '<sip:a@x>;tag=1')
      .append('To', '<sip:a@x>')
      .append('Call-ID', 'c')
      .append('CSeq', `1 ${method}`),
    body,
  );
}

const challenge = (r: SipRequest, ...values: string[]) =>
  createResponse(r, 401, { headers: values.map((v) => ['WWW-Authenticate', v] as const) });

function client(credentials: Partial<DigestCredentials> = {}) {
  let n = 0;
  return new DigestClient(
    { username: 'a', password: 'p', ...credentials },
    nodeHash,
    () => `cn${++n}`,
  );
}

const auth = (r: SipRequest, name = 'authorization') => r.headers.get(name) ?? '';

describe('response values', () => {
  const rfc7616 = {
    username: 'Mufasa',
    realm: 'http-auth@example.org',
    password: 'Circle of Life',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    method: 'GET',
    uri: '/dir/index.html',
    qop: 'auth' as const,
    nonceCount: '00000001',
    clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    body: NONE,
  };

  test.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)('RFC 7616 §3.9.1 example with %s', (hash, expected) => {
    const algorithm = { hash, session: false };
    expect(digestResponse(nodeHash, { ...rfc7616, algorithm })).toBe(expected);
  });

  test('SHA-512-256 is SHA-512/256, not a cut SHA-512 (FIPS 180-4 example)', () => {
    expect(nodeHash('SHA-512-256', 'abc')).toBe(
      '53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23',
    );
  });

  test('without qop as in RFC 2069', () => {
    const { qop: _qop, ...input } = rfc7616;
    const ha1 = nodeHash('MD5', 'Mufasa:http-auth@example.org:Circle of Life');
    const ha2 = nodeHash('MD5', 'GET:/dir/index.html');
    const algorithm = { hash: 'MD5' as const, session: false };
    expect(digestResponse(nodeHash, { ...input, algorithm })).toBe(
      nodeHash('MD5', `${ha1}:${rfc7616.nonce}:${ha2}`),
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
});

describe('client', () => {
  test('RFC 8760: of several challenges the topmost supported is answered', () => {
    const digest = client();
    const r = request();
    const outcome = digest.challenged(
      r,
      challenge(
        r,
        'Digest realm="x", nonce="n0", algorithm=SHA3-512',
        'Digest realm="x", nonce="n1", algorithm=SHA-512-256, qop="auth"',
        'Digest realm="x", nonce="n2", algorithm=MD5, qop="auth"',
      ),
    );
    expect(outcome).toBe('retry');
    digest.authorize(r);
    expect(auth(r)).toContain('nonce="n1"');
    expect(auth(r)).toContain('algorithm=SHA-512-256');
    expect(r.headers.lines('authorization')).toHaveLength(1);
  });

  test('no downgrade: a realm that used SHA-256 is not answered with MD5', () => {
    const digest = client();
    const r = request();
    digest.challenged(
      r,
      challenge(r, 'Digest realm="x", nonce="1", algorithm=SHA-256, qop="auth"'),
    );
    digest.authorize(r);
    digest.accepted(r);
    const weaker = challenge(
      r,
      'Digest realm="x", nonce="2", algorithm=MD5, qop="auth", stale=true',
    );
    expect(digest.challenged(r, weaker)).toBe('downgrade');
    const next = request();
    digest.authorize(next);
    expect(auth(next)).toContain('nonce="1"');
  });

  test('the same nonce serves on with a rising count; stale gives a new one', () => {
    const digest = client();
    const r = request();
    digest.challenged(r, challenge(r, 'Digest realm="x", nonce="1", qop="auth"'));
    digest.authorize(r);
    expect(auth(r)).toContain('nc=00000001');
    const second = request();
    digest.authorize(second);
    expect(auth(second)).toContain('nc=00000002');
    const stale = challenge(second, 'Digest realm="x", nonce="2", qop="auth", stale=TRUE');
    expect(digest.challenged(second, stale)).toBe('retry');
    digest.authorize(second);
    expect(auth(second)).toContain('nc=00000001');
    expect(auth(second)).toContain('nonce="2"');
  });

  test('a challenge after credentials is a rejection, unless the nonce had worked before', () => {
    const digest = client();
    const r = request();
    const again = (nonce: string) => challenge(r, `Digest realm="x", nonce="${nonce}", qop="auth"`);
    expect(digest.challenged(r, again('1'))).toBe('retry');
    digest.authorize(r);
    expect(digest.challenged(r, again('2'))).toBe('rejected');
    digest.accepted(r);
    expect(digest.challenged(r, again('3'))).toBe('retry');
    digest.authorize(r);
    expect(digest.challenged(r, again('4'))).toBe('rejected');
  });

  test('server and proxy are answered side by side, each in its header', () => {
    const digest = client();
    const r = request('INVITE');
    const response = createResponse(r, 407, {
      headers: [
        ['Proxy-Authenticate', 'Digest realm="p", nonce="1", qop="auth"'],
        ['WWW-Authenticate', 'Digest realm="s", nonce="2"'],
      ],
    });
    expect(digest.challenged(r, response)).toBe('retry');
    digest.authorize(r);
    expect(auth(r)).toContain('realm="s"');
    expect(auth(r)).not.toContain('qop');
    expect(auth(r, 'proxy-authorization')).toContain('realm="p"');
  });

  test('auth-int is used when nothing else is offered and covers the body', () => {
    const digest = client();
    const r = request('INVITE', new TextEncoder().encode('v=0'));
    digest.challenged(
      r,
      challenge(r, 'Digest realm="x", nonce="1", qop="auth-int", opaque="o\\"o"'),
    );
    digest.authorize(r);
    const expected = digestResponse(nodeHash, {
      algorithm: { hash: 'MD5', session: false },
      username: 'a',
      realm: 'x',
      password: 'p',
      nonce: '1',
      method: 'INVITE',
      uri: 'sip:pbx.example',
      qop: 'auth-int',
      nonceCount: '00000001',
      clientNonce: 'cn1',
      body: r.body,
    });
    expect(auth(r)).toContain(`response="${expected}"`);
    expect(auth(r)).toContain('opaque="o\\"o"');
  });

  test.each([
    ['Basic realm="x"', 'unsupported'],
    ['Digest realm="x", nonce="1", algorithm=SHA-1', 'unsupported'],
    ['Digest realm="x", nonce="1", qop="token"', 'unsupported'],
    ['Digest nonce="1"', 'unsupported'],
    ['"', 'no-challenge'],
  ])('%s is not answered: %s', (value, refusal) => {
    const r = request();
    expect(client().challenged(r, challenge(r, value))).toBe(refusal);
  });

  test('credentials for another realm are not given away', () => {
    const r = request();
    const digest = client({ realm: 'mine' });
    expect(digest.challenged(r, challenge(r, 'Digest realm="x", nonce="1"'))).toBe('unsupported');
  });
});

describe('verifier', () => {
  function setUp(extra: Partial<DigestVerifierOptions> = {}) {
    let n = 0;
    const clock = { now: 0 };
    const verifier = new DigestVerifier({
      realm: 'pbx',
      algorithms: ['SHA-512-256', 'SHA-256', 'MD5'],
      qop: ['auth', 'auth-int'],
      passwordOf: (user) => (user === 'a' ? 'p' : undefined),
      hash: nodeHash,
      newNonce: () => `n${++n}`,
      now: () => clock.now,
      ...extra,
    });
    /** A request with credentials, as our own client makes them. */
    const answer = (digest = client(), r = request()) => {
      digest.challenged(r, challenge(r, ...verifier.challenge()));
      digest.authorize(r);
      return r;
    };
    return { verifier, clock, answer };
  }

  test('takes what our client answers', () => {
    const { verifier, answer } = setUp();
    expect(verifier.verify(answer())).toEqual({ ok: true, username: 'a' });
  });

  test('missing, other realm, malformed', () => {
    const { verifier } = setUp();
    expect(verifier.verify(request())).toMatchObject({ reason: 'missing' });
    const with_ = (value: string) => {
      const r = request();
      r.headers.append('Authorization', value);
      return verifier.verify(r);
    };
    expect(with_('Digest realm="other"')).toMatchObject({ reason: 'missing' });
    expect(with_('NoOneKnowsThisScheme opaque-data=here')).toMatchObject({ reason: 'missing' });
    expect(with_('Digest realm="pbx"')).toMatchObject({ reason: 'malformed' });
    expect(with_('Digest realm="pbx')).toMatchObject({ reason: 'malformed' });
  });

  test('wrong password and unknown user look the same', () => {
    const { verifier, answer } = setUp();
    expect(verifier.verify(answer(client({ password: 'q' })))).toEqual({
      ok: false,
      reason: 'wrong',
    });
    expect(verifier.verify(answer(client({ username: 'z' })))).toEqual({
      ok: false,
      reason: 'wrong',
    });
  });

  test('a replay is refused, a rising count accepted', () => {
    const { verifier, answer } = setUp();
    const digest = client();
    const r = answer(digest);
    expect(verifier.verify(r).ok).toBe(true);
    expect(verifier.verify(r)).toMatchObject({ reason: 'replayed' });
    const next = request();
    digest.authorize(next);
    expect(verifier.verify(next).ok).toBe(true);
  });

  test('old and foreign nonces are stale, but only with the right password', () => {
    const { verifier, answer, clock } = setUp({ nonceLifetimeMs: 1_000 });
    const r = answer();
    const wrong = answer(client({ password: 'q' }));
    clock.now = 2_000;
    expect(verifier.verify(r)).toMatchObject({ reason: 'stale' });
    expect(verifier.verify(wrong)).toMatchObject({ reason: 'wrong' });
    expect(setUp().verifier.verify(r)).toMatchObject({ reason: 'stale' });
    expect(verifier.challenge(true)[0]).toContain('stale=true');
  });

  test('credentials for another Request-URI, method or body are refused', () => {
    const { verifier, answer } = setUp({ qop: ['auth-int'] });
    const moved = answer();
    moved.uri = 'sip:elsewhere.example';
    expect(verifier.verify(moved)).toMatchObject({ reason: 'malformed' });
    const changed = answer(client(), request('INVITE', new TextEncoder().encode('v=0')));
    changed.body = new TextEncoder().encode('v=1');
    expect(verifier.verify(changed)).toMatchObject({ reason: 'wrong' });
  });

  test('the nonce store is bounded and forgets the oldest', () => {
    const store = new NonceStore(3, 1_000);
    for (const nonce of ['a', 'b', 'c', 'd']) store.add(nonce, 0);
    expect(store.size).toBe(3);
    expect(store.status('a', 1, 0)).toBe('unknown');
    expect(store.status('d', 1, 0)).toBe('fresh');
    expect(store.status('d', 1, 1_001)).toBe('expired');
    store.add('e', 2_000);
    expect(store.size).toBe(1);
  });
});
