import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { systemClock } from '@trunkline/platform/clock.ts';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { ControlEnv } from './env.ts';
import { defaultLimits } from './rate-limit.ts';
import { shareFairly } from './tenant-share.ts';

test('PLT-018 h some requests of a tenant work, some wait, the rest is refused; others go ahead', async () => {
  const gates: (() => void)[] = [];
  let working = 0;
  let most = 0;
  const app = new Hono<ControlEnv>();
  app.onError((_error, c) => c.text('refused', 429));
  app.use(async (c, next) => {
    c.set('tenantId', c.req.header('tenant') as TenantId);
    await next();
  });
  app.use(shareFairly(defaultLimits(systemClock), { atOnce: 2, waiting: 3 }));
  app.get('/', async (c) => {
    working += 1;
    most = Math.max(most, working);
    await new Promise<void>((resolve) => gates.push(resolve));
    working -= 1;
    return c.text('done');
  });
  const [loud, quiet] = [newId('tenant'), newId('tenant')];
  const ask = async (tenant: string) => (await app.request('/', { headers: { tenant } })).status;
  const answers = Array.from({ length: 7 }, () => ask(loud));
  await expect.poll(() => gates.length).toBe(2);
  expect(await Promise.race(answers.slice(5))).toBe(429);
  const other = ask(quiet);
  await expect.poll(() => gates.length).toBe(3);
  gates.pop()?.();
  expect(await other).toBe(200);
  let left = 5;
  while (left > 0) {
    await expect.poll(() => gates.length).toBeGreaterThan(0);
    gates.shift()?.();
    left -= 1;
  }
  expect(await Promise.all(answers)).toEqual([200, 200, 200, 200, 200, 429, 429]);
  expect(most).toBeLessThanOrEqual(3);
});
