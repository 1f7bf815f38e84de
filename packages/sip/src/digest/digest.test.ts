import { describe, expect, test } from 'vitest';
import { createResponse } from '../message/build.ts';
import { Headers } from '../message/headers.ts';
import { SipRequest } from '../message/message.ts';
import { DigestClient, type DigestCredentials } from './client.ts';
import { digestResponse, secretHash, userHash } from './compute.ts';
import { nodeHash } from './node/hash.ts';
import { DigestVerifier, type DigestVerifierOptions } from './verifier.ts';

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
      ha1: secretHash(nodeHash, 'MD5', 'a', 'x', 'p'),
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

  test('a chain of proxies and a server, one after the other and together', () => {
    const digest = client();
    const r = request('INVITE');
    const refuse = (status: number, ...headers: [string, string][]) =>
      createResponse(r, status, { headers });
    const p1: [string, string] = ['Proxy-Authenticate', 'Digest realm="p1", nonce="1", qop="auth"'];
    const p2: [string, string] = ['Proxy-Authenticate', 'Digest realm="p2", nonce="2", qop="auth"'];
    const server: [string, string] = [
      'WWW-Authenticate',
      'Digest realm="s", nonce="3", qop="auth"',
    ];
    expect(digest.challenged(r, refuse(407, p1))).toBe('retry');
    digest.authorize(r);
    expect(digest.challenged(r, refuse(407, p2))).toBe('retry');
    digest.authorize(r);
    expect(r.headers.lines('proxy-authorization')).toHaveLength(2);
    expect(digest.challenged(r, refuse(401, server))).toBe('retry');
    digest.authorize(r);
    expect(r.headers.lines('proxy-authorization')).toHaveLength(2);
    expect(r.headers.lines('authorization')).toHaveLength(1);

    const together = client();
    const forked = request('INVITE');
    expect(together.challenged(forked, refuse(407, p1, server, p2))).toBe('retry');
    together.authorize(forked);
    const realms = ['proxy-authorization', 'authorization'].flatMap((name) =>
      forked.headers.lines(name).map((line) => /realm="(\w+)"/.exec(line)?.[1]),
    );
    expect(realms).toEqual(['p1', 'p2', 's']);
  });

  test('a proxy and a server of one realm keep their nonces apart', () => {
    const digest = client();
    const r = request('INVITE');
    const response = createResponse(r, 401, {
      headers: [
        ['WWW-Authenticate', 'Digest realm="x", nonce="s"'],
        ['Proxy-Authenticate', 'Digest realm="x", nonce="p"'],
      ],
    });
    digest.challenged(r, response);
    digest.authorize(r);
    expect(auth(r)).toContain('nonce="s"');
    expect(auth(r, 'proxy-authorization')).toContain('nonce="p"');
  });

  test('-sess: one client nonce as long as the nonce lives', () => {
    const digest = client();
    const r = request();
    const offer = (nonce: string) =>
      challenge(r, `Digest realm="x", nonce="${nonce}", algorithm=SHA-256-sess, qop="auth"`);
    digest.challenged(r, offer('1'));
    digest.authorize(r);
    digest.accepted(r);
    const second = request();
    digest.authorize(second);
    expect([auth(r), auth(second)].map((v) => /cnonce="(\w+)"/.exec(v)?.[1])).toEqual([
      'cn1',
      'cn1',
    ]);
    expect(auth(second)).toContain('nc=00000002');
    digest.challenged(second, offer('2'));
    digest.authorize(second);
    expect(auth(second)).toContain('cnonce="cn2"');
  });

  test('the user name is hidden where it is wished and possible', () => {
    const values = ['Digest realm="x", nonce="1", algorithm=SHA-256, qop="auth", userhash=true'];
    const r = request();
    const hiding = client({ userhash: true });
    hiding.challenged(r, challenge(r, ...values));
    hiding.authorize(r);
    expect(auth(r)).toContain(`username="${userHash(nodeHash, 'SHA-256', 'a', 'x')}"`);
    expect(auth(r)).toContain('userhash=true');
    const open = client();
    open.challenged(r, challenge(r, ...values));
    open.authorize(r);
    expect(auth(r)).toContain('username="a"');
    expect(auth(r)).not.toContain('userhash');
  });

  describe('Authentication-Info', () => {
    const setUp = () => {
      const digest = client();
      const r = request();
      digest.challenged(r, challenge(r, 'Digest realm="x", nonce="1", qop="auth"'));
      digest.authorize(r);
      const accept = (value: string) => {
        digest.accepted(r, createResponse(r, 200, { headers: [['Authentication-Info', value]] }));
        const next = request();
        digest.authorize(next);
        return auth(next);
      };
      return { accept };
    };
    const rspauth = digestResponse(nodeHash, {
      algorithm: { hash: 'MD5', session: false },
      ha1: secretHash(nodeHash, 'MD5', 'a', 'x', 'p'),
      nonce: '1',
      method: '',
      uri: 'sip:pbx.example',
      qop: 'auth',
      nonceCount: '00000001',
      clientNonce: 'cn1',
      body: new Uint8Array(0),
    });

    test.each([
      ['nextnonce alone', 'nextnonce="2"', true],
      [
        'with the right proof',
        `nextnonce="2", qop=auth, rspauth="${rspauth}", cnonce="cn1", nc=00000001`,
        true,
      ],
      [
        'with a wrong proof',
        `nextnonce="2", qop=auth, rspauth="${'0'.repeat(32)}", cnonce="cn1", nc=00000001`,
        false,
      ],
      ['unreadable', 'nextnonce="2', false],
      ['without nextnonce', 'qop=auth', false],
    ])('%s', (_name, value, taken) => {
      const next = setUp().accept(value);
      expect(next).toContain(taken ? 'nonce="2"' : 'nonce="1"');
      expect(next).toContain(taken ? 'nc=00000001' : 'nc=00000002');
    });
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
    expect(setUp({ newNonce: () => 'other' }).verifier.verify(r)).toMatchObject({
      reason: 'stale',
    });
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

  test.each([
    'MD5',
    'SHA-256',
    'SHA-512-256',
    'MD5-sess',
    'SHA-256-sess',
    'SHA-512-256-sess',
  ] as const)('%s with auth and auth-int, from passwords and from stored HA1', (algorithm) => {
    for (const qop of ['auth', 'auth-int'] as const) {
      for (const stored of [false, true]) {
        const { verifier, answer } = setUp({
          algorithms: [algorithm],
          qop: [qop],
          ...(stored
            ? {
                ha1Of: (user, name) =>
                  user === 'a' ? secretHash(nodeHash, name, 'a', 'pbx', 'p') : undefined,
              }
            : {}),
        });
        const body = new TextEncoder().encode('v=0');
        expect(verifier.verify(answer(client(), request('INVITE', body))).ok).toBe(true);
        const wrong = [client({ password: 'q' }), client({ username: 'z' })];
        for (const digest of wrong) {
          expect(verifier.verify(answer(digest))).toEqual({ ok: false, reason: 'wrong' });
        }
      }
    }
  });

  test('an algorithm that was not offered is not taken', () => {
    const { answer } = setUp({ algorithms: ['MD5'] });
    const { verifier } = setUp({ algorithms: ['SHA-256'] });
    expect(verifier.verify(answer())).toMatchObject({ reason: 'malformed' });
  });

  test('credentials without qop are refused: they could be replayed', () => {
    const { verifier, answer } = setUp({ algorithms: ['MD5'] });
    const r = answer();
    const bare = auth(r)
      .replace(/, (qop|nc)=[^,]+/g, '')
      .replace(/, cnonce="[^"]*"/, '');
    r.headers.set('Authorization', bare);
    expect(verifier.verify(r)).toMatchObject({ reason: 'malformed' });
  });

  test('userhash: the verifier finds the user, nobody is refused like any other', () => {
    const { verifier, answer } = setUp({
      userOfHash: (hash, algorithm) =>
        hash === userHash(nodeHash, algorithm, 'a', 'pbx') ? 'a' : undefined,
    });
    expect(verifier.challenge()[0]).toContain('userhash=true');
    expect(verifier.verify(answer(client({ userhash: true })))).toEqual({
      ok: true,
      username: 'a',
    });
    expect(verifier.verify(answer(client()))).toEqual({ ok: true, username: 'a' });
    const nobody = client({ userhash: true, username: 'z' });
    expect(verifier.verify(answer(nobody))).toEqual({ ok: false, reason: 'wrong' });
  });

  test('unknown users cost as many hashes as known ones', () => {
    for (const stored of [false, true]) {
      let hashes = 0;
      const counting: DigestVerifierOptions['hash'] = (algorithm, data) => {
        hashes += 1;
        return nodeHash(algorithm, data);
      };
      const { verifier, answer } = setUp({
        hash: counting,
        ...(stored ? { ha1Of: (user) => (user === 'a' ? '0'.repeat(32) : undefined) } : {}),
      });
      const cost = (digest: DigestClient) => {
        const r = answer(digest);
        const before = hashes;
        verifier.verify(r);
        return hashes - before;
      };
      const known = cost(client({ password: 'q' }));
      expect(cost(client({ username: 'z' }))).toBe(known);
    }
  });
});
