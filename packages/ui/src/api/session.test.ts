import { expect, test, vi } from 'vitest';
import { createApi } from './client.ts';
import { type Channel, createSession, type SessionPorts } from './session.ts';

/** A stand-in for the Web Locks of one browser: one holder at a time, over all tabs. */
function oneLock(): SessionPorts['locks'] {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    request: ((_name: string, work: () => Promise<unknown>) => {
      const run = tail.then(work, work);
      tail = run.catch(() => undefined);
      return run;
    }) as LockManager['request'],
  };
}

/** Two channels that hear each other, delivering at once. */
function twoChannels(): [Channel, Channel] {
  const make = (): Channel => ({ onmessage: null, postMessage: () => undefined });
  const [one, two] = [make(), make()];
  one.postMessage = (data) => two.onmessage?.({ data } as MessageEvent);
  two.postMessage = (data) => one.onmessage?.({ data } as MessageEvent);
  return [one, two];
}

const answer = (token: string) => ({
  accessToken: token,
  tokenType: 'Bearer',
  expiresIn: 600,
  deviceId: 'dev_01jd3zq7w4e6v8t0n5m2k9h3xa',
  user: {
    id: 'usr_01jd3zq7w4e6v8t0n5m2k9h3xa',
    tenantId: 'ten_01jd3zq7w4e6v8t0n5m2k9h3xa',
    identity: 'anna@demo.example',
    displayName: 'Anna Müller',
    roles: [],
    language: 'de',
  },
});
const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

function ports(fetch: SessionPorts['fetch'], more: Partial<SessionPorts> = {}): SessionPorts {
  return { fetch, now: () => 0, locks: oneLock(), channel: null, ...more };
}

test('two tabs that both need a token refresh once between them', async () => {
  let refreshes = 0;
  const fetch = vi.fn(async (path: string) => {
    if (path === '/v1/auth/refresh') refreshes += 1;
    return json(200, answer(path === '/v1/auth/refresh' ? `fresh-${refreshes}` : 'first'));
  });
  const [a, b] = twoChannels();
  const locks = oneLock();
  const one = createSession(ports(fetch, { locks, channel: a }));
  const two = createSession(ports(fetch, { locks, channel: b }));
  await one.signIn({ identity: 'anna@demo.example', password: 'x' });
  expect(two.state.get().status).toBe('signed-in');
  const tokens = await Promise.all([one.refresh('first'), two.refresh('first')]);
  expect(tokens).toEqual(['fresh-1', 'fresh-1']);
  expect(refreshes).toBe(1);
});

test('a refused token is renewed and the request sent again with the same Idempotency-Key', async () => {
  const keys: (string | null)[] = [];
  const fetch = vi.fn(async (path: string, init: RequestInit) => {
    const headers = new Headers(init.headers);
    if (path === '/v1/auth/sign-in') return json(200, answer('old'));
    if (path === '/v1/auth/refresh') return json(200, answer('new'));
    keys.push(headers.get('idempotency-key'));
    return headers.get('authorization') === 'Bearer new'
      ? json(201, { id: 'x' })
      : json(401, { code: 'unauthenticated', title: 'Please sign in.' });
  });
  const session = createSession(ports(fetch));
  await session.signIn({ identity: 'anna@demo.example', password: 'x' });
  await expect(createApi(session, fetch).post('/v1/users', {})).resolves.toEqual({ id: 'x' });
  expect(keys).toHaveLength(2);
  expect(keys[0]).toBe(keys[1]);
});

test('a refused refresh signs out in every tab', async () => {
  const fetch = vi.fn(async (path: string) =>
    path === '/v1/auth/sign-in'
      ? json(200, answer('old'))
      : json(401, { code: 'session_expired', title: '…' }),
  );
  const [a, b] = twoChannels();
  const one = createSession(ports(fetch, { channel: a }));
  const two = createSession(ports(fetch, { channel: b }));
  await one.signIn({ identity: 'anna@demo.example', password: 'x' });
  await expect(one.refresh('old')).rejects.toMatchObject({ code: 'session_expired' });
  for (const tab of [one, two])
    expect(tab.state.get()).toEqual({ status: 'signed-out', reason: 'session_expired' });
});

test('a network failure keeps the session', async () => {
  let online = true;
  const fetch = vi.fn(async () => {
    if (!online) throw new TypeError('Failed to fetch');
    return json(200, answer('old'));
  });
  const session = createSession(ports(fetch));
  await session.signIn({ identity: 'anna@demo.example', password: 'x' });
  online = false;
  await expect(session.refresh('old')).rejects.toMatchObject({
    code: 'unavailable',
    unreachable: true,
  });
  expect(session.state.get().status).toBe('signed-in');
});

test('problem documents become errors with their code and fields', async () => {
  const fetch = vi.fn(async (path: string) =>
    path === '/v1/auth/sign-in'
      ? json(200, answer('t'))
      : json(400, {
          code: 'invalid_request',
          title: '…',
          errors: [{ pointer: '/userName', message: 'use letters' }],
        }),
  );
  const session = createSession(ports(fetch));
  await session.signIn({ identity: 'anna@demo.example', password: 'x' });
  await expect(createApi(session, fetch).post('/v1/users', {})).rejects.toMatchObject({
    code: 'invalid_request',
    status: 400,
    errors: [{ pointer: '/userName', message: 'use letters' }],
  });
});
