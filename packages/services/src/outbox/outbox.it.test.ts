import { openDatabase } from '@trunkline/database/connect.ts';
import { outbox } from '@trunkline/database/tenant/records.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { suspendTenant } from '../tenants/suspension.ts';
import { drainOutbox } from './drain-outbox.ts';
import { type Hint, hintChannel, outboxChannel } from './hints.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

async function listen(channel: string): Promise<{ heard: string[]; close: () => Promise<void> }> {
  const handle = openDatabase({ url: system.database.urls.worker, max: 1 });
  const heard: string[] = [];
  await handle.sql.listen(channel, (text) => heard.push(text));
  return { heard, close: () => handle.close() };
}

test('changes of all tenants are told to all who listen, each once, by however many drainers', async () => {
  const listeners = await Promise.all([listen(hintChannel), listen(hintChannel)]);
  const bell = await listen(outboxChannel);
  const tenants = await Promise.all([system.tenant(), system.tenant(), system.tenant()]);
  for (const tenant of tenants) await system.member(tenant.id);
  await vi.waitFor(() => expect(bell.heard.length).toBeGreaterThanOrEqual(3));
  const { worker } = system.platform.db;
  const counts = await Promise.all([drainOutbox(worker), drainOutbox(worker), drainOutbox(worker)]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(6);
  expect(await worker.select().from(outbox)).toEqual([]);
  for (const { heard } of listeners)
    await vi.waitFor(() => {
      const hints = heard.map((text) => JSON.parse(text) as Hint);
      for (const { id } of tenants) {
        const topics = hints.filter((hint) => hint.tenantId === id).map((hint) => hint.topic);
        expect(topics.toSorted()).toEqual([
          'config.changed',
          'directory.changed',
          'tenant.changed',
        ]);
      }
    });
  await Promise.all([...listeners, bell].map((one) => one.close()));
});

test('PLT-015 a change of state is told when it is committed', async () => {
  const tenant = await system.tenant();
  const { heard, close } = await listen(hintChannel);
  await suspendTenant(system.partner(), tenant.id, { reason: 'partner' });
  await vi.waitFor(() =>
    expect(heard.map((text) => JSON.parse(text))).toContainEqual({
      topic: 'tenant.changed',
      tenantId: tenant.id,
      payload: {},
    }),
  );
  await close();
});
