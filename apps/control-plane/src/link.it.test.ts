import type {
  EventEnvelope,
  NodeEventData,
  NodeEventType,
} from '@trunkline/contracts/call-events.ts';
import { type CallId, idSchema, newId } from '@trunkline/contracts/ids.ts';
import type { NodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import { decryptAsNode, verifyConfig } from '@trunkline/platform/config-jws.ts';
import { makeIdentity } from '@trunkline/platform/node/identity-file.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dial, helloOf, type LinkPeer } from './node/testing/link-peer.ts';
import {
  type Furniture,
  startTestPlane,
  type TestPlane,
  type TestTenant,
} from './node/testing/test-plane.ts';

let plane: TestPlane;
let home: TestTenant;
let things: Furniture;
const peers: LinkPeer[] = [];

beforeAll(async () => {
  plane = await startTestPlane();
  home = await plane.tenant();
  things = await home.furnish();
});
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
});
afterAll(() => plane[Symbol.asyncDispose]());

async function link(hello: object | string): Promise<LinkPeer> {
  const peer = await dial(plane.port, hello);
  peers.push(peer);
  return peer;
}

/** The node of the installation, let in. */
async function nodeUp(sections: object = {}): Promise<LinkPeer> {
  const peer = await link(await helloOf(plane.node));
  await peer.next('welcome');
  peer.send({ t: 'config.have', sections });
  return peer;
}
async function edgeUp(): Promise<LinkPeer> {
  const peer = await link(await helloOf(plane.edge));
  await peer.next('welcome');
  return peer;
}

/** The document as the node reads it. */
async function read(jws: string) {
  const keys = await plane.platform.signingKeys.publicKeys('config');
  const document = await verifyConfig(jws, keys, { audience: plane.node.id });
  return { ...document, payload: document.payload as NodeTenantConfig | null };
}

let seq = 0;
const bootEpoch = 1_700_000_000_000;
/** The next event of the node's stream. */
function event<T extends NodeEventType>(
  type: T,
  data: NodeEventData<T>,
  call: CallId | null = null,
) {
  seq += 1;
  return {
    id: newId('event'),
    tenant: home.tenant.id,
    call,
    node: idSchema('mediaNode').parse(plane.node.id),
    bootEpoch,
    seq,
    occurredAt: new Date(bootEpoch + seq * 1000).toISOString(),
    schema: 1,
    type,
    data,
  } as EventEnvelope;
}
const lineState = (text: string) =>
  event('line.state', {
    lineId: things.line.id,
    state: {
      state: 'failed',
      reason: { category: 'login', sipCode: 403, text },
      since: new Date().toISOString(),
      nextAttemptAt: null,
    },
  });
function callOf(): EventEnvelope[] {
  const call = newId('call');
  return [
    event(
      'call.started',
      {
        direction: 'incoming',
        lineId: things.line.id,
        lineGroupId: things.lineGroup.id,
        lineNumber: '20',
        localNumber: '+49301234520',
        userIds: [things.user.id],
        remote: { number: '+491701234567', display: '0170 1234567', name: null, userId: null },
        dialled: null,
        emergency: false,
        private: false,
        journal: true,
        sipCallId: 'x@pbx',
        diversions: [],
      },
      call,
    ),
    event('call.ringing', { userId: things.user.id, devices: 1 }, call),
    event('call.answered', { userId: things.user.id, deviceId: newId('device') }, call),
    event(
      'call.ended',
      { by: 'remote', cause: 'normal', sipCode: null, text: '', durationMs: 4200 },
      call,
    ),
  ];
}
const stored = async (table: 'call_events' | 'journal_entries') => {
  const [row] = await plane.platform.handles.worker.sql.begin(async (sql) => {
    await sql`select set_config('app.tenant_id', ${home.tenant.id}, true)`;
    return sql`select count(*)::int as n from ${sql(`tenant.${table}`)}`;
  });
  return row?.n as number;
};

describe('the door', () => {
  test('a registered node and edge are welcome', async () => {
    for (const identity of [plane.node, plane.edge]) {
      const peer = await link(await helloOf(identity));
      expect(await peer.next('welcome')).toMatchObject({ version: 1, heartbeatSeconds: 10 });
      peer.send({ t: 'ping' });
      await peer.next('pong');
    }
  });

  test('a wrong key, an unknown id, somebody else’s assertion and one made for an edge are refused alike', async () => {
    const stranger = await makeIdentity('node');
    const wrongKey = await helloOf({ ...plane.node, signing: stranger.signing });
    const borrowed = await helloOf(plane.edge, { role: 'node', id: plane.node.id });
    const forEdge = await helloOf(plane.node, {}, 'edge');
    for (const hello of [wrongKey, await helloOf(stranger), borrowed, forEdge]) {
      const peer = await link(hello);
      expect(await peer.ended()).toEqual({ code: 4401, reason: 'unauthenticated' });
      expect(peer.frames).toEqual([]);
    }
  });

  test('an assertion is good once', async () => {
    const hello = await helloOf(plane.node);
    await (await link(hello)).next('welcome');
    expect((await (await link(hello)).ended()).code).toBe(4401);
  });

  test('another version, rubbish and frames before hello are refused', async () => {
    const newer = await link(await helloOf(plane.node, { version: 99 }));
    expect((await newer.ended()).reason).toBe('protocol_version_unsupported');
    for (const frame of ['{', '[]', { t: 'config.have', sections: {} }])
      expect((await (await link(frame)).ended()).code).toBe(4400);
  });

  test('a browser, another subprotocol and another path do not get a socket', async () => {
    const upgrade = (path: string, headers: Record<string, string>) =>
      fetch(`${plane.url}${path}`, { headers }).then((answer) => answer.status);
    expect(await upgrade('/v1/link', {})).toBe(404);
    const wrong = new WebSocket(`ws://127.0.0.1:${plane.port}/v1/link`, 'something.else');
    await new Promise((resolve) => wrong.addEventListener('error', resolve));
    expect(wrong.readyState).toBe(WebSocket.CLOSED);
  });

  test('LIN-078 where a node listens is shown for the groups it serves', async () => {
    const node = await link(await helloOf(plane.node));
    expect(await node.next('welcome')).toMatchObject({ accepts: ['listeners'] });
    const media = { address: '192.0.2.7', portMin: 40_000, portMax: 40_199 };
    const listeners = ['udp', 'tcp', 'tls'].map((transport) => ({
      transport,
      address: '192.0.2.7',
      port: 5080,
    }));
    node.send({ t: 'listeners', told: { listeners, media, certificate: null } });
    await expect
      .poll(() => home.api.ok('GET', `/v1/line-groups/${things.lineGroup.id}/listener`))
      .toMatchObject({ mode: 'register', address: '192.0.2.7', port: 5080, media });
  });

  test('a node that dials again replaces its older link', async () => {
    const older = await nodeUp();
    await nodeUp();
    expect((await older.ended()).code).toBe(4409);
  });
});

describe('configuration', () => {
  test('a node that holds nothing gets its document: signed, for it alone, with secrets only it opens', async () => {
    const node = await nodeUp();
    const { jws } = await node.next('config');
    const { section, payload } = await read(jws);
    expect(section).toBe(`tenant/${home.tenant.id}`);
    const [group] = payload?.lineGroups ?? [];
    expect(group?.lines[0]).toMatchObject({ number: '20', userIds: [things.user.id] });
    const privateJwk = plane.node.encryption?.privateJwk ?? {};
    expect(await decryptAsNode(group?.lines[0]?.password ?? '', privateJwk)).toBe('line-secret');
    expect(JSON.stringify(payload)).not.toContain('line-secret');
  });

  test('a change through the API is pushed with a higher version; nothing new, nothing sent', async () => {
    const first = await nodeUp();
    const held = await read((await first.next('config')).jws);
    const node = await nodeUp({ [held.section]: { epoch: held.epoch, version: held.version } });
    await home.api.ok('PATCH', `/v1/line-groups/${things.lineGroup.id}`, { expiresSeconds: 77 });
    const next = await read((await node.next('config')).jws);
    expect([next.epoch, next.version]).toEqual([held.epoch, held.version + 1]);
    expect(next.payload?.lineGroups[0]?.expiresSeconds).toBe(77);
    // What it held already was not sent again before.
    expect(node.frames.filter((frame) => frame.t === 'config')).toEqual([]);
  });

  test('PLT-015 suspension reaches nodes and edges', async () => {
    const { tenant, furnish } = await plane.tenant();
    await furnish();
    const [node, edge] = [await nodeUp(), await edgeUp()];
    await plane.partner.ok('POST', `/v1/tenants/${tenant.id}/suspend`, { reason: 'payment' });
    expect(await edge.next('tenant.state', (one) => one.tenant === tenant.id)).toMatchObject({
      state: 'suspended',
    });
    for (;;) {
      const { payload } = await read((await node.next('config')).jws);
      if (payload?.tenant.id === tenant.id && payload.tenant.state === 'suspended') break;
    }
    const later = await edgeUp();
    expect(await later.next('tenant.state', (one) => one.tenant === tenant.id)).toMatchObject({
      state: 'suspended',
    });
  });

  test('LIN-020 a line reset reaches the node that serves the line', async () => {
    const node = await nodeUp();
    await home.api.ok('POST', `/v1/lines/${things.line.id}/reset`);
    expect(await node.next('line.reset')).toEqual({ t: 'line.reset', lineId: things.line.id });
  });
});

describe('events', () => {
  test('are acknowledged once stored; sent again they are stored once; the journal has one entry', async () => {
    const [node, edge] = [await nodeUp(), await edgeUp()];
    const [events, entries] = [await stored('call_events'), await stored('journal_entries')];
    const batch = callOf();
    for (let round = 0; round < 3; round++) {
      node.send({ t: 'events', events: batch });
      expect(await node.next('events.ack')).toEqual({ t: 'events.ack', bootEpoch, seq });
    }
    expect(await stored('call_events')).toBe(events + batch.length);
    expect(await stored('journal_entries')).toBe(entries + 1);
    const notice = await edge.next('journal.changed');
    expect(notice).toMatchObject({ tenant: home.tenant.id, userId: things.user.id });
    expect(notice.entry).toMatchObject({
      direction: 'incoming',
      result: 'answered',
      remoteNumber: '+491701234567',
      durationMs: 4200,
    });
    expect(edge.frames.filter((frame) => frame.t === 'journal.changed')).toEqual([]);
  });

  test('frames are stored in their order and acknowledged in it', async () => {
    const node = await nodeUp();
    const frames = Array.from({ length: 10 }, (_one, index) => [lineState(`try ${index}`)]);
    for (const events of frames) node.send({ t: 'events', events });
    for (const [one] of frames) expect((await node.next('events.ack')).seq).toBe(one?.seq);
    const line = await home.api.ok('GET', `/v1/lines/${things.line.id}`);
    expect(line.state).toMatchObject({ state: 'failed', reason: { text: 'try 9', sipCode: 403 } });
  });

  test('an event that is none, of a version to come, or unstorable is skipped, noted and acknowledged', async () => {
    const node = await nodeUp();
    const before = await stored('call_events');
    const good = [lineState('before'), lineState('after')];
    const unknown = { ...lineState(''), type: 'call.levitated' };
    // A well-formed time for which PostgreSQL has no year.
    const poisonous = { ...lineState('long ago'), occurredAt: '0000-01-01T00:00:00.000Z' };
    node.send({ t: 'events', events: [good[0], unknown, poisonous, { nonsense: true }, good[1]] });
    expect((await node.next('events.ack')).seq).toBe(seq);
    expect(await stored('call_events')).toBe(before + 2);
    expect(plane.log.filter((line) => line.alert === 'event_skipped')).toHaveLength(1);
    expect(node.end).toBeUndefined();
  });

  test('PLT-018 a node reports nothing of tenants it does not serve', async () => {
    const other = await plane.tenant();
    const node = await nodeUp();
    const foreign = { ...lineState('not mine'), tenant: other.tenant.id };
    node.send({ t: 'events', events: [foreign] });
    await node.next('events.ack');
    const rows = await plane.platform.handles.operator.sql`
      select changes from control.audit where action = 'node.events_refused' and tenant_id = ${other.tenant.id}`;
    expect(rows).toHaveLength(1);
  });

  test('more frames than a node may have under way end the link', async () => {
    const node = await nodeUp();
    for (let index = 0; index < 60; index++)
      node.send({ t: 'events', events: [lineState(`flood ${index}`)] });
    expect((await node.ended()).code).toBe(4429);
  });
});

describe('notices to edges', () => {
  test('people and sessions', async () => {
    const edge = await edgeUp();
    const user = await home.api.ok('POST', '/v1/users', {
      userName: 'dora',
      displayName: 'Dora',
      password: 'correct horse battery',
    });
    await edge.next('directory.changed', (one) => one.tenant === home.tenant.id);
    await plane.signIn(home.tenant, 'dora');
    await home.api.ok('PATCH', `/v1/users/${user.id}`, { enabled: false });
    const ended = await edge.next('session.ended');
    expect(ended.tenant).toBe(home.tenant.id);
    expect(ended.sessionId).toMatch(/^ses_/);
  });

  test('a control plane that starts again takes its peers back and tells what it had to', async () => {
    await home.api.ok('PATCH', `/v1/line-groups/${things.lineGroup.id}`, { expiresSeconds: 99 });
    const older = await nodeUp();
    await plane.restart();
    await older.ended();
    const node = await nodeUp();
    for (;;) {
      const { section, payload } = await read((await node.next('config')).jws);
      if (section !== `tenant/${home.tenant.id}`) continue;
      expect(payload?.lineGroups[0]?.expiresSeconds).toBe(99);
      break;
    }
  });
});
