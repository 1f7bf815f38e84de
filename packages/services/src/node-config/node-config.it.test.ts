import { callFunctions } from '@trunkline/contracts/call-functions.ts';
import { defaultCallLimits } from '@trunkline/contracts/call-limits.ts';
import { noForwarding } from '@trunkline/contracts/forwarding.ts';
import type { MediaNodeId } from '@trunkline/contracts/ids.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { nodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import { decryptAsNode, verifyConfig } from '@trunkline/platform/config-jws.ts';
import { makeIdentity } from '@trunkline/platform/node/identity-file.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootstrapPlatform } from '../bootstrap/bootstrap-platform.ts';
import { deleteLineGroup } from '../line-groups/delete-line-group.ts';
import { updateLineGroup } from '../line-groups/update-line-group.ts';
import { createLine } from '../lines/create-line.ts';
import { updateLine } from '../lines/update-line.ts';
import { openTestPlatform, type TestPlatform } from '../node/test-platform.ts';
import { resumeTenant, suspendTenant } from '../tenants/suspension.ts';
import { updateUser } from '../users/update-user.ts';
import { publishConfig, raiseConfigEpoch, sectionOf } from './publish-config.ts';
import { nodesOfTenant, tenantsOfNode } from './tenants-of-node.ts';

let system: TestPlatform;
beforeAll(async () => {
  system = await openTestPlatform();
});
afterAll(() => system.close());

async function published(tenantId: Parameters<typeof publishConfig>[1]) {
  const document = await publishConfig(system.platform, tenantId, system.node.id);
  if (!document) throw new Error('nothing published');
  const verified = await verifyConfig(document.jws, system.installation.configKeys, {
    audience: system.node.id,
  });
  return { document, verified };
}

test('PLT-021 the document is signed for its node and holds what the node needs', async () => {
  const { tenant, group, ctx, location } = await system.equipped();
  const user = await system.member(tenant.id, {
    displayName: 'Anna',
    phones: [
      { slot: 'business', number: '20' },
      { slot: 'mobile', number: '+49 171 1234567' },
      { slot: 'mailbox', number: '+49 30 12345-99' },
    ],
  });
  const line = await createLine(ctx, {
    lineGroupId: group.id,
    userName: '20',
    number: '20',
    password: 'sip-geheim',
  });
  await createLine(ctx, { lineGroupId: group.id, userName: '21', number: '21', useLine: false });
  const { document, verified } = await published(tenant.id);
  expect(verified).toMatchObject({ section: sectionOf(tenant.id), epoch: 1, version: 1 });
  const config = nodeTenantConfig.parse(verified.payload);
  expect(config.tenant).toEqual({ id: tenant.id, state: 'trial' });
  expect(config.locations).toEqual([location]);
  expect(config.lineGroups).toMatchObject([
    { id: group.id, notSignedInResponse: 486, rejectResponse: 'client' },
  ]);
  expect(config.lineGroups[0]?.lines).toMatchObject([
    { id: line.id, number: '20', userIds: [user.id] },
  ]);
  expect(config.directory).toContainEqual({
    userId: user.id,
    displayName: 'Anna',
    numbers: ['+491711234567', '+49301234520'],
    mailbox: '+49 30 12345-99',
  });
  expect(document.jws).not.toContain('geheim');
  const secret = config.lineGroups[0]?.lines[0]?.password ?? '';
  const privateJwk = system.node.encryption?.privateJwk ?? {};
  expect(await decryptAsNode(secret, privateJwk)).toBe('sip-geheim');
  const other = await makeIdentity('node');
  await expect(decryptAsNode(secret, other.encryption?.privateJwk ?? {})).rejects.toThrow();
  await expect(
    verifyConfig(document.jws, system.installation.configKeys, { audience: newId('mediaNode') }),
  ).rejects.toThrow();
});

test('LIN-026 LIN-044 what the node gets is settled: SRTP by transport, functions by switch', async () => {
  const { tenant, group, ctx } = await system.equipped();
  const change = {
    kind: 'trunk_static',
    transport: 'tls',
    peerAddresses: ['192.0.2.0/24'],
    functions: { move: 'off', hold: 'template' },
    featureCodes: [{ name: 'Night service', code: '*81' }],
  };
  await updateLineGroup(ctx, group.id, change);
  const line = await createLine(ctx, { lineGroupId: group.id, userName: '20', number: '20' });
  await updateLine(ctx, line.id, { isTrunkLine: true, forwardList: [{ number: '21' }] });
  const { verified } = await published(tenant.id);
  const config = nodeTenantConfig.parse(verified.payload);
  const [made] = config.lineGroups;
  expect(made).toMatchObject({
    kind: 'trunk_static',
    srtp: 'required',
    peerAddresses: ['192.0.2.0/24'],
    registerLineId: line.id,
    featureCodes: change.featureCodes,
    capture: null,
    lines: [
      {
        isTrunkLine: true,
        forwardList: [{ number: '21', seconds: 15 }],
        callHandling: { doNotDisturb: false, forwarding: noForwarding },
      },
    ],
  });
  expect(made?.functions).toEqual(callFunctions.filter((name) => name !== 'move'));
  expect(config.limits).toEqual(defaultCallLimits);
  expect(Object.keys(verified.payload as object).sort()).toEqual(Object.keys(config).sort());
});

test('the version rises only when the content changed; else the bytes stay the same', async () => {
  const { tenant, group, ctx } = await system.equipped();
  const line = await createLine(ctx, {
    lineGroupId: group.id,
    userName: '20',
    number: '20',
    password: 'eins',
  });
  const first = (await published(tenant.id)).document;
  const same = await Promise.all([1, 2, 3].map(() => published(tenant.id)));
  expect(same.map((one) => one.document)).toEqual([first, first, first]);
  await updateLine(ctx, line.id, { password: 'zwei' });
  const second = (await published(tenant.id)).document;
  expect(second.version).toBe(2);
  const user = await system.member(tenant.id, { phones: [{ slot: 'business', number: '20' }] });
  expect((await published(tenant.id)).document.version).toBe(3);
  await updateUser(ctx, user.id, { email: 'anna@firma.example' });
  expect((await published(tenant.id)).document.version).toBe(3);
});

test('PLT-015 a suspended tenant stays on its node, named so; a tenant without groups is withdrawn', async () => {
  const { tenant, group, ctx } = await system.equipped();
  await published(tenant.id);
  await suspendTenant(system.partner(), tenant.id, { reason: 'payment' });
  const suspended = await published(tenant.id);
  expect(suspended.verified.payload).toMatchObject({ tenant: { state: 'suspended' } });
  await resumeTenant(system.partner(), tenant.id, { reason: 'payment' });
  await published(tenant.id);
  await deleteLineGroup(ctx, group.id);
  const withdrawn = await published(tenant.id);
  expect(withdrawn.verified).toMatchObject({ payload: null, version: 4 });
  expect((await published(tenant.id)).document).toEqual(withdrawn.document);
  expect(await tenantsOfNode(system.platform, system.node.id)).toContain(tenant.id);
});

test('PLT-020 each group goes to the least loaded ready node, and only there', async () => {
  const second = await makeIdentity('node');
  await bootstrapPlatform(system.platform, {
    region: { id: 'eu', name: 'Europe' },
    nodes: [
      {
        id: second.id as MediaNodeId,
        name: 'node-2',
        signPublicJwk: second.signing.publicJwk,
        encPublicJwk: second.encryption?.publicJwk ?? {},
      },
    ],
    edges: [],
  });
  const { tenant } = await system.equipped();
  expect(await nodesOfTenant(system.platform, tenant.id)).toEqual([second.id]);
  expect(await publishConfig(system.platform, tenant.id, system.node.id)).toBeNull();
  expect(await publishConfig(system.platform, tenant.id, second.id as MediaNodeId)).toMatchObject({
    version: 1,
  });
});

test('after a restore a higher epoch makes the node take the older version', async () => {
  const tenant = await (async () => {
    for (;;) {
      const { tenant: made } = await system.equipped();
      if ((await nodesOfTenant(system.platform, made.id)).includes(system.node.id)) return made;
    }
  })();
  await published(tenant.id);
  await raiseConfigEpoch(system.platform, tenant.id, system.node.id, 4);
  expect((await published(tenant.id)).document).toMatchObject({ epoch: 5, version: 2 });
});

test('a line group made before any node is ready is given to the first that registers', async () => {
  const own = await openTestPlatform({ region: 'us' });
  await bootstrapPlatform(own.platform, {
    region: { id: 'us', name: 'America' },
    nodes: [],
    edges: [],
  });
  const { tenant } = await own.equipped();
  expect(await nodesOfTenant(own.platform, tenant.id)).toEqual([]);
  const node = await makeIdentity('node');
  const input = {
    region: { id: 'us', name: 'America' },
    nodes: [
      {
        id: node.id as MediaNodeId,
        name: 'node-us',
        signPublicJwk: node.signing.publicJwk,
        encPublicJwk: node.encryption?.publicJwk ?? {},
      },
    ],
    edges: [],
  };
  await bootstrapPlatform(own.platform, input);
  await bootstrapPlatform(own.platform, input);
  expect(await nodesOfTenant(own.platform, tenant.id)).toEqual([node.id]);
  await own.close();
});
