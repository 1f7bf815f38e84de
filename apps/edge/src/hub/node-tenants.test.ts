import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { LineState } from '@trunkline/contracts/lines.ts';
import { describe, expect, test } from 'vitest';
import { account, callView, type Rig, rig, settled, type TestClient } from './testing.ts';

const openLine: LineState = {
  state: 'open',
  reason: { category: 'none', sipCode: null, text: '' },
  since: '2026-11-23T09:00:00.000Z',
  nextAttemptAt: null,
};

/** Two tenants, and a node that serves only the first. */
async function twoTenants(r: Rig) {
  const [own, foreign] = [account(), account()];
  r.authority.mayServe = async (_node, tenant) => tenant === own.tenant;
  const clients = {
    own: await r.client(r.token(own)),
    foreign: await r.client(r.token(foreign, { scope: 'client lines:read' })),
  };
  return { own, foreign, clients, node: await r.node() };
}

/** Holds every answer back until the test gives it. */
function heldBack(r: Rig) {
  const held: { tenant: TenantId; answer: (serves: boolean) => void; fail: () => void }[] = [];
  r.authority.mayServe = (_node, tenant) =>
    new Promise((resolve, reject) => {
      held.push({ tenant, answer: resolve, fail: () => reject(new Error('no database')) });
    });
  return held;
}

const lineNumbers = (client: TestClient) =>
  client.events('call.changed').map((event) => event.call.lineNumber);

describe('a node speaks only for tenants it serves', () => {
  test('a foreign tenant in what it says it serves is left out, the others are not', async () => {
    const r = rig();
    const { own, foreign, clients, node } = await twoTenants(r);
    const calls = [own, foreign].map((who) => ({
      account: who,
      call: callView({ state: 'connected' }),
    }));
    const before = clients.foreign.frames.length;
    await node.serve([own, foreign], calls);
    expect(clients.foreign.frames).toHaveLength(before);
    expect(r.hub.explain(foreign).view.state).toBe('available');
    expect(clients.own.events('telephony.reachable').at(-1)).toEqual({ reachable: true });
    expect(clients.own.events('call.changed')).toEqual([{ call: calls[0]?.call }]);
    clients.foreign.send({
      t: 'cmd',
      id: 'dial-001',
      type: 'call.dial',
      data: { number: '112', sdp: 'v=0 the offer' },
    });
    await settled();
    expect(node.commands).toEqual([]);
    expect(clients.foreign.result('dial-001')).toMatchObject({ error: { code: 'no_media_node' } });
  });

  test('it rings nobody there and shows neither calls, presence nor lines', async () => {
    const r = rig();
    const { foreign, clients, node } = await twoTenants(r);
    const before = clients.foreign.frames.length;
    await node.tell({ t: 'ring', id: 'ring-1', ...foreign, call: callView() });
    expect(node.frames.at(-1)).toEqual({ t: 'ring.result', id: 'ring-1', devices: 0 });
    await node.tell({ t: 'call.changed', ...foreign, call: callView({ state: 'connected' }) });
    const { tenant } = foreign;
    await node.tell({ t: 'line.state', tenant, lineId: newId('line'), state: openLine });
    expect(clients.foreign.frames).toHaveLength(before);
    expect(r.hub.explain(foreign).view.state).toBe('available');
    const later = await r.client(r.token(foreign, { scope: 'client lines:read' }));
    expect(later.events('snapshot')[0]).toMatchObject({ calls: [], lines: {} });
  });

  test('that is logged once per tenant and link, by ids', async () => {
    const r = rig();
    const { own, foreign, node } = await twoTenants(r);
    for (let round = 0; round < 3; round++) {
      await node.serve([own, foreign]);
      await node.tell({ t: 'call.changed', ...foreign, call: callView() });
      r.clock.advance(3_000);
    }
    const lines = r.log.map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([expect.objectContaining({ node: node.id, tenant: foreign.tenant })]);
    node.drop();
    await (await r.node(node.id)).serve([foreign]);
    expect(r.log.filter((line) => line.includes(foreign.tenant))).toHaveLength(2);
  });
});

describe('while a check is pending', () => {
  test('frames keep their order, whatever tenant they name; heartbeats do not wait', async () => {
    const r = rig();
    const held = heldBack(r);
    const [anna, ben] = [account(), account()];
    const [a, b] = [await r.client(r.token(anna)), await r.client(r.token(ben))];
    const node = await r.node();
    const call = callView();
    node.send({ t: 'call.changed', ...anna, call: { ...call, lineNumber: '1' } });
    node.send({ t: 'ring', id: 'ring-1', ...ben, call });
    node.send({ t: 'call.changed', ...anna, call: { ...call, lineNumber: '2' } });
    node.send({ t: 'ring', id: 'ring-2', ...anna, call: { ...call, lineNumber: '3' } });
    node.send({ t: 'ping' });
    await settled();
    expect(node.frames.at(-1)).toEqual({ t: 'pong' });
    expect(held.map(({ tenant }) => tenant)).toEqual([anna.tenant]);
    held[0]?.answer(true);
    await settled();
    expect(lineNumbers(a)).toEqual(['1']);
    expect(held.map(({ tenant }) => tenant)).toEqual([anna.tenant, ben.tenant]);
    held[1]?.answer(true);
    await settled();
    expect(lineNumbers(a)).toEqual(['1', '2', '3']);
    expect(lineNumbers(b)).toEqual(['20']);
    expect(node.rung.map(({ id }) => id)).toEqual(['ring-1', 'ring-2']);
    // All is known now: nothing waits.
    node.send({ t: 'ring', id: 'ring-3', ...anna, call });
    expect(node.rung.at(-1)).toMatchObject({ id: 'ring-3', devices: 1 });
  });

  test('a result waits for the frames before it', async () => {
    const r = rig();
    const anna = account();
    const client = await r.client(r.token(anna));
    const node = await r.node();
    await node.serve([anna]);
    const held = heldBack(r);
    const call = callView();
    client.send({ t: 'cmd', id: 'hangup-1', type: 'call.hangup', data: { callId: call.id } });
    r.clock.advance(60_000);
    node.send({ t: 'call.changed', ...anna, call });
    node.send({ t: 'result', id: node.commands[0]?.id ?? '', ok: true, data: {}, code: null });
    await settled();
    expect(client.result('hangup-1')).toBeUndefined();
    held[0]?.answer(true);
    await settled();
    expect(client.numbered.slice(-2).map(({ t }) => t)).toEqual(['event', 'result']);
  });

  test('a link that ends takes what waits with it', async () => {
    const r = rig();
    const held = heldBack(r);
    const anna = account();
    const client = await r.client(r.token(anna));
    const node = await r.node();
    node.send({ t: 'call.changed', ...anna, call: callView() });
    node.drop();
    held[0]?.answer(true);
    await settled();
    expect(client.events('call.changed')).toEqual([]);
  });

  test.each([
    ['frames', { waitingLinkFrames: 3 }],
    ['bytes', { waitingLinkBytes: 2_200 }],
  ])('a link on which too many %s wait is refused', async (_name, limits) => {
    const r = rig(limits);
    const held = heldBack(r);
    const anna = account();
    const client = await r.client(r.token(anna));
    const node = await r.node();
    const say = () => node.send({ t: 'call.changed', ...anna, call: callView() });
    for (let count = 0; count < 3; count++) say();
    expect(node.socket.closedWith).toBeUndefined();
    say();
    expect(node.socket.closedWith).toBe(1008);
    held[0]?.answer(true);
    await settled();
    expect(client.events('call.changed')).toEqual([]);
  });
});

describe('with the database away', () => {
  test('a node goes on for the tenants it served', async () => {
    const r = rig();
    const anna = account();
    const client = await r.client(r.token(anna));
    const node = await r.node();
    await node.serve([anna]);
    r.authority.mayServe = () => Promise.reject(new Error('no database'));
    r.clock.advance(20_000);
    client.send({ t: 'ping' });
    r.clock.advance(40_001);
    await node.tell({ t: 'ring', id: 'ring-1', ...anna, call: callView() });
    expect(node.rung.at(-1)).toMatchObject({ devices: 1 });
    node.send({ t: 'ring', id: 'ring-2', ...anna, call: callView() });
    expect(node.rung.at(-1)).toMatchObject({ id: 'ring-2', devices: 1 });
  });

  test('a new tenant waits until it is back: then the node says all again', async () => {
    const r = rig();
    const anna = account();
    const client = await r.client(r.token(anna));
    const node = await r.node();
    const held = heldBack(r);
    node.send({ t: 'ring', id: 'ring-1', ...anna, call: callView() });
    held[0]?.fail();
    await settled();
    expect(node.rung).toEqual([{ t: 'ring.result', id: 'ring-1', devices: 0 }]);
    r.hub.sweep();
    await settled();
    expect(held).toHaveLength(1);
    r.clock.advance(5_000);
    r.hub.sweep();
    expect(held).toHaveLength(2);
    held[1]?.answer(true);
    await settled();
    expect(node.socket.closedWith).toBe(1012);
    const back = await r.node(node.id);
    await back.serve([anna]);
    expect(client.events('telephony.reachable').at(-1)).toEqual({ reachable: true });
  });

  test('a tenant that turns out foreign, or is told of no more, disturbs no link', async () => {
    const r = rig();
    const [anna, ben] = [account(), account()];
    const node = await r.node();
    let away = true;
    r.authority.mayServe = async (_node, tenant) => {
      if (away) throw new Error('no database');
      return tenant === ben.tenant;
    };
    await node.serve([anna, ben]);
    await node.serve([anna]);
    away = false;
    for (let second = 0; second < 10; second++) {
      r.clock.advance(1_000);
      r.hub.sweep();
      await settled();
    }
    expect(node.socket.closedWith).toBeUndefined();
    expect(r.log.filter((line) => line.includes(anna.tenant))).toHaveLength(1);
  });
});
