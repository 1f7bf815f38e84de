import { newId, type UserId } from '@trunkline/contracts/ids.ts';
import type { LineState } from '@trunkline/contracts/lines.ts';
import { linkSubprotocol } from '@trunkline/contracts/link.ts';
import { systemClock } from '@trunkline/platform/clock.ts';
import { type LinkAudience, signLinkAssertion } from '@trunkline/platform/link-assertion.ts';
import { generateSigningKey, type SigningKey } from '@trunkline/platform/tokens.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { callView } from './hub/testing.ts';
import { type EdgeRig, startEdgeRig, type TestUser } from './testing/edge-rig.ts';
import { eventually } from './testing/eventually.ts';
import { type LinkNode, startLinkNode } from './testing/link-node.ts';
import { openRealtime } from './testing/realtime-client.ts';

const lineState: LineState = {
  state: 'open',
  reason: { category: 'none', sipCode: null, text: '' },
  since: '2026-11-23T09:00:00.000Z',
  nextAttemptAt: null,
};

let rig: EdgeRig;
let anna: TestUser;
let ben: TestUser;
const nodes: LinkNode[] = [];

beforeAll(async () => {
  rig = await startEdgeRig();
  const tenant = await rig.tenant();
  anna = await rig.user(tenant, 'Anna');
  ben = await rig.user(tenant, 'Ben');
});
afterAll(async () => {
  for (const node of nodes) node.close();
  await rig.stop();
});

/** A linked node that serves these users. */
async function linkedNode(
  users: TestUser[],
  onCommand?: Parameters<typeof startLinkNode>[0]['onCommand'],
): Promise<LinkNode> {
  const node = startLinkNode({
    ...(await rig.node(...users.map((user) => user.tenant))),
    edgeUrl: rig.url,
    ...(onCommand && { onCommand }),
  });
  nodes.push(node);
  await eventually(() => expect(node.link.up).toBe(true));
  node.serve(serving(users));
  return node;
}

function serving(users: TestUser[]) {
  return Object.fromEntries(
    users.map(({ tenant }) => [
      tenant,
      {
        users: users.filter((user) => user.tenant === tenant).map((user) => user.userId),
        lines: {},
        calls: [],
      },
    ]),
  );
}

test('healthz answers while the process lives, readyz when keys and database are there', async () => {
  expect((await rig.fetch('/healthz')).status).toBe(200);
  expect((await rig.fetch('/readyz')).status).toBe(200);
});

describe('realtime', () => {
  test('colleagues see each other come and go, other tenants see nothing', async () => {
    const stranger = await rig.user(await rig.tenant(), 'Eve');
    const eve = await openRealtime(rig.url, await rig.token(stranger));
    const a = await openRealtime(rig.url, await rig.token(anna));
    const b = await openRealtime(rig.url, await rig.token(ben));
    await eventually(() =>
      expect(a.events('presence.changed')).toContainEqual({
        userId: ben.userId,
        presence: expect.objectContaining({ state: 'available' }),
      }),
    );
    await eventually(() =>
      expect(b.events('snapshot')[0]?.presence[anna.userId]?.state).toBe('available'),
    );
    b.socket.close(4001);
    await eventually(() =>
      expect(a.events('presence.changed').at(-1)).toMatchObject({
        userId: ben.userId,
        presence: { state: 'offline' },
      }),
    );
    expect(eve.events('presence.changed')).toEqual([]);
    expect(Object.keys(eve.events('snapshot')[0]?.presence ?? {})).toEqual([stranger.userId]);
    for (const client of [eve, a]) client.socket.close(4001);
  });

  test('a state set by hand is stored, told to colleagues, and there again next time', async () => {
    const a = await openRealtime(rig.url, await rig.token(anna));
    const b = await openRealtime(rig.url, await rig.token(ben));
    const data = { state: 'do_not_disturb', note: 'thinking', until: null };
    a.send({ t: 'cmd', id: 'presence-1', type: 'presence.set', data });
    await eventually(() => expect(a.result('presence-1')).toMatchObject({ ok: true }));
    await eventually(() =>
      expect(b.events('presence.changed').at(-1)).toMatchObject({
        userId: anna.userId,
        presence: { state: 'do_not_disturb', note: 'thinking', source: 'manual' },
      }),
    );
    a.socket.close(4001);
    await eventually(() =>
      expect(b.events('presence.changed').at(-1)?.presence.state).toBe('offline'),
    );
    const again = await openRealtime(rig.url, await rig.token(anna));
    await eventually(() => expect(again.events('snapshot')[0]?.ownManual).toEqual(data));
    const why = await rig.fetch('/v1/me/presence', await rig.token(anna));
    expect(await why.json()).toMatchObject({
      presence: { state: 'do_not_disturb' },
      facts: expect.arrayContaining([
        expect.objectContaining({ source: 'manual', role: 'decided' }),
      ]),
    });
    again.send({ t: 'cmd', id: 'presence-2', type: 'presence.set', data: { state: null } });
    await eventually(() => expect(again.result('presence-2')).toMatchObject({ ok: true }));
    for (const client of [again, b]) client.socket.close(4001);
  });

  test('a cut client resumes on a new socket: nothing lost, doubled or reordered', async () => {
    const token = await rig.token(anna);
    const node = await linkedNode([anna]);
    let client = await openRealtime(rig.url, token);
    await eventually(() => expect(client.events('telephony.reachable')).toHaveLength(1));
    const handled: string[] = [];
    const sent: string[] = [];
    for (let round = 0; round < 10; round++) {
      for (let count = 0; count < 20; count++) {
        sent.push(`${round}.${count}`);
        const call = callView({ lineNumber: `${round}.${count}` });
        node.send({ t: 'call.changed', tenant: anna.tenant, userId: anna.userId, call });
        if (count === 10) client.socket.terminate();
      }
      const { seq, resumeToken } = client;
      handled.push(...client.events('call.changed').map(({ call }) => call.lineNumber));
      client = await openRealtime(rig.url, token, { token: resumeToken, seq });
      expect(client.frames[0]).toMatchObject({ t: 'hello', resumed: true, seq });
    }
    await eventually(() => {
      const rest = client.events('call.changed').map(({ call }) => call.lineNumber);
      expect([...handled, ...rest]).toEqual(sent);
    });
    client.socket.close(4001);
    node.close();
  });

  test('after the edge itself was replaced a client gets a snapshot, flagged', async () => {
    const token = await rig.token(anna);
    const before = await openRealtime(rig.url, token);
    await rig.restartEdge();
    await eventually(() => expect(before.closed).toEqual({ code: 1012 }));
    const resume = { token: before.resumeToken, seq: before.seq };
    const after = await openRealtime(rig.url, token, resume);
    expect(after.frames[0]).toMatchObject({ t: 'hello', resumed: false });
    after.socket.close(4001);
  });

  test('tokens of another issuer, another key or in the wrong place are refused', async () => {
    const wrong = await openRealtime(rig.url, await rig.token(anna, { iss: 'http://evil' }));
    await eventually(() =>
      expect(wrong.frames[0]).toMatchObject({ t: 'bye', code: 'unauthenticated' }),
    );
    const rubbish = await openRealtime(rig.url, 'a.b.c');
    await eventually(() =>
      expect(rubbish.frames[0]).toMatchObject({ t: 'bye', code: 'unauthenticated' }),
    );
  });

  test.each([
    ['a foreign page', { origin: 'https://evil.example' }, 'trunkline.realtime', 403],
    ['another subprotocol', {}, 'chat', 400],
    ['the own page', { origin: 'http://localhost' }, 'trunkline.realtime', 101],
  ])('the handshake of %s', async (_name, headers, subprotocol, status) => {
    const socket = new WebSocket(`${rig.url.replace('http', 'ws')}/v1/realtime`, subprotocol, {
      headers,
    });
    const answered = await new Promise<number>((resolve) => {
      socket.on('open', () => resolve(101));
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('error', () => undefined);
    });
    expect(answered).toBe(status);
    socket.terminate();
  });
});

describe('node link', () => {
  test('ring reaches every device and counts them; commands and results go through', async () => {
    const call = callView();
    const node = await linkedNode([anna], (command) =>
      command.type === 'call.answer' ? { callId: call.id, sdp: 'v=0 answer of the engine' } : {},
    );
    const first = await openRealtime(rig.url, await rig.token(anna));
    const tab = await openRealtime(rig.url, await rig.token(anna));
    const phone = await openRealtime(
      rig.url,
      await rig.token({ ...anna, deviceId: newId('device') }),
    );
    const { tenant, userId } = anna;
    node.send({ t: 'ring', id: 'ring-1', tenant, userId, call });
    await eventually(() =>
      expect(node.received).toContainEqual({ t: 'ring.result', id: 'ring-1', devices: 2 }),
    );
    for (const client of [first, tab, phone])
      await eventually(() => expect(client.events('call.changed')).toEqual([{ call }]));
    const data = { callId: call.id, sdp: 'v=0 offer of the browser' };
    first.send({ t: 'cmd', id: 'answer-01', type: 'call.answer', data });
    await eventually(() =>
      expect(first.result('answer-01')).toMatchObject({
        ok: true,
        data: { callId: call.id, sdp: 'v=0 answer of the engine' },
      }),
    );
    expect(node.received).toContainEqual(
      expect.objectContaining({
        t: 'command',
        tenant,
        userId,
        deviceId: anna.deviceId,
        emergencyOnly: false,
      }),
    );
    const nobody = { tenant, userId: newId('user') };
    node.send({ t: 'ring', id: 'ring-2', ...nobody, call: callView() });
    await eventually(() =>
      expect(node.received).toContainEqual({ t: 'ring.result', id: 'ring-2', devices: 0 }),
    );
    for (const client of [first, tab, phone]) client.socket.close(4001);
    node.close();
  });

  test('a node that is gone and back: unreachable, reachable, lost calls ended', async () => {
    const client = await openRealtime(rig.url, await rig.token(ben));
    const node = await linkedNode([ben]);
    const call = callView({ state: 'connected' });
    node.send({ t: 'call.changed', tenant: ben.tenant, userId: ben.userId, call });
    await eventually(() => expect(client.events('call.changed')).toHaveLength(1));
    node.close();
    await eventually(() =>
      expect(client.events('telephony.reachable').at(-1)).toEqual({ reachable: false }),
    );
    client.send({ t: 'cmd', id: 'hangup-01', type: 'call.hangup', data: { callId: call.id } });
    await eventually(() =>
      expect(client.result('hangup-01')).toMatchObject({
        ok: false,
        error: { code: 'no_media_node' },
      }),
    );
    const back = startLinkNode({ id: node.id, key: node.key, edgeUrl: rig.url });
    nodes.push(back);
    await eventually(() => expect(back.link.up).toBe(true));
    back.serve(serving([ben]));
    await eventually(() =>
      expect(client.events('telephony.reachable').at(-1)).toEqual({ reachable: true }),
    );
    expect(client.events('call.changed').at(-1)?.call).toMatchObject({
      id: call.id,
      state: 'ended',
      end: { by: 'system', cause: 'node_lost' },
    });
    client.socket.close(4001);
    back.close();
  });

  test('a registered node that claims a foreign tenant gets nowhere there', async () => {
    const mia = await rig.user(await rig.tenant(), 'Mia');
    const eve = await rig.user(await rig.tenant(), 'Eve');
    const reader = { scope: 'client lines:read' };
    const client = await openRealtime(rig.url, await rig.token(mia, reader));
    const witness = await openRealtime(rig.url, await rig.token(eve, reader));
    const foreign = { tenant: mia.tenant, userId: mia.userId };
    const own = { tenant: eve.tenant, userId: eve.userId };
    const call = callView({ state: 'connected' });
    const node = startLinkNode({ ...(await rig.node(eve.tenant)), edgeUrl: rig.url });
    nodes.push(node);
    await eventually(() => expect(node.link.up).toBe(true));
    const claimed = (userId: UserId) => ({
      users: [userId],
      lines: { [newId('line')]: lineState },
      calls: [{ userId, call }],
    });
    node.serve({
      [mia.tenant]: claimed(mia.userId),
      [eve.tenant]: claimed(eve.userId),
    });
    node.send({ t: 'ring', id: 'ring-foreign', ...foreign, call: callView() });
    node.send({ t: 'call.changed', ...foreign, call });
    const { tenant } = foreign;
    node.send({ t: 'line.state', tenant, lineId: newId('line'), state: lineState });
    const last = callView();
    node.send({ t: 'ring', id: 'ring-own', ...own, call: last });
    await eventually(() =>
      expect(witness.events('call.changed')).toEqual([{ call }, { call: last }]),
    );
    await eventually(() =>
      expect(node.received.filter((frame) => frame.t === 'ring.result')).toEqual([
        { t: 'ring.result', id: 'ring-foreign', devices: 0 },
        { t: 'ring.result', id: 'ring-own', devices: 1 },
      ]),
    );
    expect(witness.events('line.state')).toHaveLength(1);
    expect(rig.edge.hub.explain(own).view.state).toBe('on_the_phone');
    expect(client.events('call.changed')).toEqual([]);
    expect(client.events('line.state')).toEqual([]);
    expect(client.events('telephony.reachable')).not.toContainEqual({ reachable: true });
    expect(rig.edge.hub.explain(foreign).view.state).toBe('available');
    const later = await openRealtime(rig.url, await rig.token(mia, reader));
    await eventually(() => expect(later.events('snapshot')).toHaveLength(1));
    expect(later.events('snapshot')[0]).toMatchObject({ calls: [], lines: {} });
    client.send({ t: 'cmd', id: 'hangup-02', type: 'call.hangup', data: { callId: call.id } });
    await eventually(() =>
      expect(client.result('hangup-02')).toMatchObject({ error: { code: 'no_media_node' } }),
    );
    expect(node.received.filter((frame) => frame.t === 'command')).toEqual([]);
    for (const socket of [client, witness, later]) socket.socket.close(4001);
    node.close();
  });

  test('an unregistered node, a wrong key and an assertion used before or elsewhere are refused', async () => {
    const known = await rig.node();
    const stranger = await generateSigningKey();
    const assertion = (id: string, key: SigningKey, audience: LinkAudience = 'edge') =>
      signLinkAssertion({ id, audience, privateJwk: key.privateJwk, clock: systemClock });
    const first = await assertion(known.id, known.key);
    const unknown = newId('mediaNode');
    expect(await dialLink(known.id, first)).toBe('welcome');
    expect(await dialLink(known.id, first)).toBe('closed 1008');
    expect(await dialLink(known.id, await assertion(known.id, stranger))).toBe('closed 1008');
    expect(await dialLink(unknown, await assertion(unknown, stranger))).toBe('closed 1008');
    expect(await dialLink(known.id, await assertion(unknown, known.key))).toBe('closed 1008');
    const forControl = await assertion(known.id, known.key, 'control-plane');
    expect(await dialLink(known.id, forControl)).toBe('closed 1008');
  });
});

/** Says hello on the node link and tells how the edge took it. */
async function dialLink(id: string, assertion: string): Promise<string> {
  const socket = new WebSocket(`${rig.url.replace('http', 'ws')}/v1/node-link`, linkSubprotocol);
  const hello = { t: 'hello', version: 1, role: 'node', id, bootEpoch: 1, assertion };
  const outcome = new Promise<string>((resolve) => {
    socket.on('open', () => socket.send(JSON.stringify({ ...hello, capabilities: [] })));
    socket.on('message', (data) => resolve(JSON.parse(data.toString()).t));
    socket.on('close', (code) => resolve(`closed ${code}`));
  });
  const answer = await outcome;
  socket.terminate();
  return answer;
}
