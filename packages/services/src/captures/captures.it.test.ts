import type { Told } from '@trunkline/calls/testing/recorded.ts';
import {
  type Capture,
  captureRetentionDays,
  maxCaptureBytes,
} from '@trunkline/contracts/captures.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { nodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { callEvents } from '@trunkline/database/tenant/calls.ts';
import { capturePackets } from '@trunkline/database/tenant/diagnosis.ts';
import { audit } from '@trunkline/database/tenant/records.ts';
import { verifyConfig } from '@trunkline/platform/config-jws.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLine } from '../lines/create-line.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { publishConfig } from '../node-config/publish-config.ts';
import { report, reported } from '../testing/test-events.ts';
import { downloadCapture } from './download-capture.ts';
import { deleteCapture, stopCapture } from './end-capture.ts';
import { getCapture, listAllCaptures, listCaptures } from './read-captures.ts';
import { startCapture } from './start-capture.ts';
import { sweepCaptures } from './sweep-captures.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

type Office = Awaited<ReturnType<TestPlatform['equipped']>>;

const packet = (capture: Pick<Capture, 'id'>, text: string, address = '192.0.2.1'): Told => [
  'capture.packet',
  {
    captureId: capture.id,
    direction: 'in',
    transport: 'udp',
    local: { address: '198.51.100.7', port: 5060 },
    remote: { address, port: 5062 },
    bytes: Buffer.from(text).toString('base64'),
  },
];
const texts = async (here: Office, capture: Capture) =>
  (await downloadCapture(here.ctx, capture.id)).packets.map((row) =>
    Buffer.from(row.bytes).toString(),
  );
async function configured(here: Office) {
  const document = await publishConfig(system.platform, here.tenant.id, system.node.id);
  const { payload } = await verifyConfig(document?.jws ?? '', system.installation.configKeys, {
    audience: system.node.id,
  });
  return nodeTenantConfig.parse(payload).lineGroups[0]?.capture;
}

test('LIN-097 LIN-098 a capture reaches the node, keeps what it sends, once, and stops', async () => {
  const here = await system.equipped();
  const { ctx, group, tenant } = here;
  const line = await createLine(ctx, { lineGroupId: group.id, userName: '20', number: '20' });
  const capture = await startCapture(ctx, group.id, { lineIds: [line.id], minutes: 5 });
  expect(capture).toMatchObject({ state: 'running', packets: 0, bytes: 0, full: false });
  expect(Date.parse(capture.endsAt) - Date.parse(capture.startedAt)).toBe(300_000);
  expect(await configured(here)).toEqual({
    id: capture.id,
    lineIds: [line.id],
    until: capture.endsAt,
    maxBytes: maxCaptureBytes,
  });
  const events = reported(system, tenant.id, [packet(capture, 'eins'), packet(capture, 'zwei')]);
  await report(system, events.toReversed());
  await Promise.all([report(system, events), report(system, events)]);
  expect(await texts(here, capture)).toEqual(['eins', 'zwei']);
  const stopped = await stopCapture(ctx, capture.id);
  expect(stopped).toMatchObject({ state: 'stopped', packets: 2, bytes: 8 });
  expect(await stopCapture(ctx, capture.id)).toEqual(stopped);
  expect(await configured(here)).toBeNull();
  expect((await listCaptures(ctx, group.id, {})).items).toEqual([stopped]);
  const rows = await withTenant(system.platform.db.app, tenant.id, async (tx) => ({
    events: await tx.select().from(callEvents),
    audit: await tx.select().from(audit),
  }));
  // SIP messages of a capture hold personal data: they are in the capture and nowhere else.
  expect(rows.events).toEqual([]);
  expect(rows.audit.map((row) => row.action).filter((name) => name.startsWith('capture'))).toEqual([
    'capture.start',
    'capture.download',
    'capture.stop',
  ]);
});

test('one capture runs at a time, of lines of the group only', async () => {
  const here = await system.equipped();
  const { ctx, group } = here;
  await expect(startCapture(ctx, group.id, { lineIds: [newId('line')] })).rejects.toMatchObject({
    errors: [{ pointer: '/lineIds' }],
  });
  const results = await Promise.allSettled([1, 2, 3].map(() => startCapture(ctx, group.id, {})));
  expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  await expect(startCapture(ctx, group.id, {})).rejects.toMatchObject({ code: 'capture_running' });
});

test('its time over, a capture is stopped by itself and another may begin', async () => {
  const here = await system.equipped();
  const first = await startCapture(here.ctx, here.group.id, { minutes: 1 });
  system.clock.advance(61_000);
  expect((await getCapture(here.ctx, first.id)).state).toBe('stopped');
  expect(await configured(here)).toBeNull();
  const second = await startCapture(here.ctx, here.group.id, {});
  expect((await listCaptures(here.ctx, here.group.id, { limit: 1 })).items).toEqual([second]);
  const all = async (query: object) =>
    (await listAllCaptures(here.ctx, query)).items.map(({ id }) => id);
  expect(await all({ state: 'running' })).toEqual([second.id]);
  expect(await all({})).toEqual([second.id, first.id]);
  expect((await listAllCaptures((await system.equipped()).ctx, {})).items).toEqual([]);
});

test('a full capture takes no more and says so', async () => {
  const here = await system.equipped();
  const capture = await startCapture(here.ctx, here.group.id, {});
  const big = 'x'.repeat(60_000);
  const fits = Math.floor(maxCaptureBytes / big.length);
  for (let sent = 0; sent < fits + 20; sent += 100)
    await report(
      system,
      reported(
        system,
        here.tenant.id,
        Array.from({ length: Math.min(100, fits + 20 - sent) }, () => packet(capture, big)),
      ),
    );
  expect(await getCapture(here.ctx, capture.id)).toMatchObject({
    full: true,
    state: 'stopped',
    packets: fits,
    bytes: fits * big.length,
  });
  expect(await configured(here)).toBeNull();
});

test('what no file can hold, and packets of a capture that is gone, are dropped', async () => {
  const here = await system.equipped();
  const capture = await startCapture(here.ctx, here.group.id, {});
  const [type, data] = packet(capture, 'x') as ['capture.packet', never];
  const bad: Told = [type, { ...(data as object), bytes: '?' } as never];
  const told = [bad, packet(capture, 'x', 'pbx.example'), packet(capture, 'gut', '[2001:db8::1]')];
  await report(system, reported(system, here.tenant.id, told));
  expect(await texts(here, capture)).toEqual(['gut']);
  await deleteCapture(here.ctx, capture.id);
  await report(system, reported(system, here.tenant.id, [packet(capture, 'spät')]));
  const left = await withTenant(system.platform.db.app, here.tenant.id, (tx) =>
    tx.select().from(capturePackets),
  );
  expect(left).toEqual([]);
});

test('PLT-018 captures of another tenant are not found, and take no packets of it', async () => {
  const [here, there] = [await system.equipped(), await system.equipped()];
  const capture = await startCapture(there.ctx, there.group.id, {});
  await report(system, reported(system, here.tenant.id, [packet(capture, 'fremd')]));
  expect(await texts(there, capture)).toEqual([]);
  const refused = { code: 'not_found' };
  await expect(startCapture(here.ctx, there.group.id, {})).rejects.toMatchObject(refused);
  await expect(getCapture(here.ctx, capture.id)).rejects.toMatchObject(refused);
  await expect(downloadCapture(here.ctx, capture.id)).rejects.toMatchObject(refused);
  await expect(stopCapture(here.ctx, capture.id)).rejects.toMatchObject(refused);
  await expect(deleteCapture(here.ctx, capture.id)).rejects.toMatchObject(refused);
});

test('captures go when their days are over', async () => {
  const here = await system.equipped();
  const old = await startCapture(here.ctx, here.group.id, {});
  await report(system, reported(system, here.tenant.id, [packet(old, 'alt')]));
  system.clock.advance((captureRetentionDays - 1) * 86_400_000);
  const fresh = await startCapture(here.ctx, here.group.id, {});
  system.clock.advance(86_400_000 + 1);
  expect(await sweepCaptures(system.platform)).toBeGreaterThanOrEqual(1);
  expect((await listCaptures(here.ctx, here.group.id, {})).items.map((one) => one.id)).toEqual([
    fresh.id,
  ]);
});
