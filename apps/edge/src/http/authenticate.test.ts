import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { createRateLimiter } from '@trunkline/platform/rate-limit.ts';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { testClock } from '../hub/testing.ts';
import { authenticate } from './authenticate.ts';
import type { EdgeEnv } from './context.ts';
import { observe, problemOnError } from './observe.ts';

const clock = testClock();
const claims: AccessClaims = {
  iss: 'http://localhost',
  aud: 'trunkline',
  sub: newId('user'),
  tid: newId('tenant'),
  did: newId('device'),
  sid: newId('session'),
  scope: 'client',
  name: '',
  lang: 'de',
  iat: 0,
  exp: 1,
  jti: '',
};
const app = new Hono<EdgeEnv>();
app.use(observe(createLogger({ name: 'test', level: 'error' }), clock));
app.onError(problemOnError);
app.use(
  authenticate(
    async (token) => {
      if (token === 'bad') throw new TrunklineError('unauthenticated');
      return { ...claims, sub: `usr_${token}` };
    },
    createRateLimiter({ capacity: 2, refillPerSecond: 0.5, maxKeys: 10, clock }),
    ({ sub }) => (sub === 'usr_gone' ? 'session_expired' : undefined),
  ),
);
app.get('/', (c) => c.text(c.get('claims').sub));

const get = (authorization?: string) =>
  app.request('/', authorization ? { headers: { authorization } } : {});

test.each([[undefined], ['Basic x'], ['Bearer'], ['Bearer a b'], ['Bearer bad'], ['Bearer gone']])(
  '%s is not let through',
  async (authorization) => {
    expect((await get(authorization)).status).toBe(401);
  },
);

test('each user has a rate of the own; who is too fast is told when to come again', async () => {
  expect(await (await get('Bearer anna')).text()).toBe('usr_anna');
  expect((await get('Bearer anna')).status).toBe(200);
  const limited = await get('Bearer anna');
  expect(limited.status).toBe(429);
  expect(limited.headers.get('retry-after')).toBe('2');
  expect(await limited.json()).toMatchObject({ code: 'rate_limited' });
  expect((await get('Bearer ben')).status).toBe(200);
  clock.advance(2000);
  expect((await get('Bearer anna')).status).toBe(200);
});
