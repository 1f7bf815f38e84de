import { type MediaNodeId, newId } from '@trunkline/contracts/ids.ts';
import { openDatabase } from '@trunkline/database/connect.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { nodeServes } from './node-serves.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

test('a node serves the tenants whose line groups it has, and no others', async () => {
  const { router } = system.platform.db;
  const { tenant } = await system.equipped();
  const bare = await system.tenant();
  expect(await nodeServes(router, system.node.id, tenant.id)).toBe(true);
  expect(await nodeServes(router, system.node.id, bare.id)).toBe(false);
  const other: MediaNodeId = newId('mediaNode');
  expect(await nodeServes(router, other, tenant.id)).toBe(false);
  expect(await nodeServes(router, system.node.id, newId('tenant'))).toBe(false);
});

test('a released tenant is the node’s for 30 more days', async () => {
  const { router } = system.platform.db;
  const { tenant } = await system.equipped();
  const { sql, close } = openDatabase({ url: system.database.superUrl, max: 1 });
  const releasedFor = async (days: number) => {
    await sql`update control.node_assignments set released_at = now() - make_interval(days => ${days})
      where tenant_id = ${tenant.id}`;
    return nodeServes(router, system.node.id, tenant.id);
  };
  try {
    expect(await releasedFor(29)).toBe(true);
    expect(await releasedFor(31)).toBe(false);
  } finally {
    await close();
  }
});
