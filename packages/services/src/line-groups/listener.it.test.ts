import type { NodeListeners } from '@trunkline/contracts/listeners.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeListeners } from '../link/store-listeners.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { createLineGroup } from './create-line-group.ts';
import { getListener } from './get-listener.ts';
import { updateLineGroup } from './update-line-group.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

const told: NodeListeners = {
  listeners: [
    { transport: 'udp', address: '192.0.2.7', port: 5080 },
    { transport: 'tcp', address: '192.0.2.7', port: 5080 },
    { transport: 'tls', address: '192.0.2.7', port: 5061 },
  ],
  media: { address: '192.0.2.7', portMin: 40_000, portMax: 40_199 },
  certificate: {
    subject: 'CN=sip.example.net',
    issuer: 'CN=Example CA',
    names: ['DNS:sip.example.net'],
    notBefore: '2026-01-01T00:00:00.000Z',
    notAfter: '2027-01-01T00:00:00.000Z',
    fingerprint: 'AA:BB',
    selfSigned: false,
    pem: 'PEM',
  },
};

test('LIN-046 LIN-077 LIN-078 LIN-081 a group shows our side, by its form and transport', async () => {
  const { ctx, group, location } = await system.equipped();
  const unknown = { address: null, port: null, media: null, certificate: null };
  expect(await getListener(ctx, group.id)).toMatchObject(unknown);
  await storeListeners(system.platform, system.node.id, told);
  expect(await getListener(ctx, group.id)).toEqual({
    kind: 'registration',
    mode: 'register',
    transport: 'udp',
    address: '192.0.2.7',
    port: 5080,
    media: { address: '192.0.2.7', portMin: 40_000, portMax: 40_199 },
    certificate: null,
  });
  const trunk = (kind: string) =>
    createLineGroup(ctx, {
      name: kind,
      kind,
      registrarHost: 'pbx.example',
      locationId: location.id,
    });
  const [fixed, registered] = [await trunk('trunk_static'), await trunk('trunk_registered')];
  expect((await getListener(ctx, fixed.id)).mode).toBe('static');
  expect((await getListener(ctx, registered.id)).mode).toBe('register');
  await updateLineGroup(ctx, fixed.id, { transport: 'tls' });
  expect(await getListener(ctx, fixed.id)).toMatchObject({
    mode: 'static',
    transport: 'tls',
    port: 5061,
    certificate: told.certificate,
  });
});

test('of another tenant’s group nothing is told', async () => {
  const [here, there] = [await system.equipped(), await system.equipped()];
  await storeListeners(system.platform, system.node.id, told);
  await expect(getListener(here.ctx, there.group.id)).rejects.toMatchObject({ code: 'not_found' });
});
