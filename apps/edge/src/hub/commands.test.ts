import { newId } from '@trunkline/contracts/ids.ts';
import { describe, expect, test } from 'vitest';
import {
  account,
  callView,
  type Rig,
  rig,
  settled,
  type TestClient,
  type TestNode,
} from './testing.ts';

const hangup = (client: TestClient, id: string, callId = newId('call')) =>
  client.send({ t: 'cmd', id, type: 'call.hangup', data: { callId } });
const dial = (client: TestClient, id: string, number = '112') =>
  client.send({ t: 'cmd', id, type: 'call.dial', data: { number, sdp: 'v=0 the offer' } });
const answer = (node: TestNode, id: string, data: unknown = {}) =>
  node.send({ t: 'result', id, ok: true, data, code: null });

async function linked(r: Rig) {
  const who = account();
  const node = await r.node();
  await node.serve([who]);
  return { who, node };
}

describe('a command', () => {
  test('goes to the node that serves the user, and its result comes back', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const other = await r.node();
    await other.serve([account()]);
    const client = await r.client(r.token(who));
    dial(client, 'dial-001', '10');
    const command = node.commands[0];
    expect(command).toMatchObject({
      ...who,
      type: 'call.dial',
      data: { number: '10', sdp: 'v=0 the offer' },
      emergencyOnly: false,
      expiresAt: '2026-11-23T09:00:15.000Z',
    });
    expect(other.commands).toEqual([]);
    const data = { callId: newId('call'), sdp: 'v=0 the answer' };
    answer(node, command?.id ?? '', data);
    await settled();
    expect(client.result('dial-001')).toMatchObject({ ok: true, data });
  });

  test('about a call goes to the node that holds it', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const client = await r.client(r.token(who));
    const call = callView();
    await node.tell({ t: 'call.changed', ...who, call });
    const newer = await r.node();
    await newer.serve([who]);
    hangup(client, 'hangup-1', call.id);
    expect(node.commands).toHaveLength(1);
    expect(newer.commands).toHaveLength(0);
  });

  test.each([
    ['call.pickup', { userId: newId('user') }],
    ['call.move', { callId: newId('call') }],
    ['call.feature', { lineId: newId('line'), index: 0 }],
  ])('%s brings the media answer of the node back', async (type, data) => {
    const r = rig();
    const { who, node } = await linked(r);
    const client = await r.client(r.token(who));
    const sent = { ...data, sdp: 'v=0 the offer' };
    client.send({ t: 'cmd', id: 'command-1', type, data: sent });
    expect(node.commands[0]).toMatchObject({ type, data: sent });
    const media = { callId: newId('call'), sdp: 'v=0 the answer' };
    answer(node, node.commands[0]?.id ?? '', media);
    await settled();
    expect(client.result('command-1')).toMatchObject({ ok: true, data: media });
    client.send({ t: 'cmd', id: 'command-2', type, data: sent });
    answer(node, node.commands[1]?.id ?? '', {});
    await settled();
    expect(client.result('command-2')).toMatchObject({ ok: false, error: { code: 'internal' } });
  });

  test.each([
    ['call.hold', {}],
    ['call.resume', {}],
    ['call.transfer', { number: '21' }],
    ['call.connect', { otherCallId: newId('call') }],
    ['call.redirect', { number: '21' }],
  ])('%s reaches the node that holds the call and answers nothing more', async (type, more) => {
    const r = rig();
    const { who, node } = await linked(r);
    const client = await r.client(r.token(who));
    const call = callView();
    await node.tell({ t: 'call.changed', ...who, call });
    await (await r.node()).serve([who]);
    const data = { callId: call.id, ...more };
    client.send({ t: 'cmd', id: 'command-1', type, data });
    expect(node.commands[0]).toMatchObject({ type, data });
    answer(node, node.commands[0]?.id ?? '', { secret: 'of the node' });
    await settled();
    expect(client.result('command-1')).toMatchObject({ ok: true, data: {} });
  });

  test('repeated runs once, in flight and after, in its own and in another tab', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const token = r.token(who);
    const [one, two] = [await r.client(token), await r.client(token)];
    const callId = newId('call');
    hangup(one, 'hangup-1', callId);
    hangup(one, 'hangup-1', callId);
    hangup(two, 'hangup-1', callId);
    expect(node.commands).toHaveLength(1);
    answer(node, node.commands[0]?.id ?? '');
    await settled();
    hangup(two, 'hangup-1', callId);
    await settled();
    for (const client of [one, two])
      expect(client.frames.filter((frame) => frame.t === 'result')).toHaveLength(1);
    one.send({ t: 'ack', seq: one.lastSeq });
    hangup(one, 'hangup-1', callId);
    await settled();
    expect(one.frames.filter((frame) => frame.t === 'result')).toHaveLength(2);
    expect(node.commands).toHaveLength(1);
  });

  test('of another device or user is another command, even with the same id', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const colleague = account(who.tenant);
    await node.serve([who, colleague]);
    for (const token of [r.token(who), r.token(who), r.token(colleague)])
      hangup(await r.client(token), 'hangup-1');
    expect(new Set(node.commands.map((command) => command.id)).size).toBe(3);
  });

  test('with wrong data is refused in its result; an unknown one is a protocol error', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const client = await r.client(r.token(who));
    client.send({ t: 'cmd', id: 'command-1', type: 'call.hangup', data: { callId: 'x' } });
    await settled();
    expect(client.result('command-1')).toMatchObject({
      ok: false,
      error: { code: 'invalid_request', title: 'Die Anfrage enthält ungültige Angaben.' },
    });
    expect(node.commands).toEqual([]);
    client.send({ t: 'cmd', id: 'command-2', type: 'call.fly', data: {} });
    expect(client.bye).toBe('protocol_error');
  });

  test('fails with the code of the node, and with internal for words it does not know', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const client = await r.client(r.token(who));
    const fail = async (id: string, code: string | null) => {
      hangup(client, id);
      const command = node.commands.at(-1)?.id ?? '';
      node.send({ t: 'result', id: command, ok: false, data: null, code });
      await settled();
      return client.result(id);
    };
    expect(await fail('hangup-1', 'call_gone')).toMatchObject({ error: { code: 'call_gone' } });
    expect(await fail('hangup-2', 'oops')).toMatchObject({ error: { code: 'internal' } });
    dial(client, 'dial-001');
    answer(node, node.commands.at(-1)?.id ?? '', { callId: 'rubbish' });
    await settled();
    expect(client.result('dial-001')).toMatchObject({ error: { code: 'internal' } });
  });

  test('fails at once without a node, and after its time when the node stays silent', async () => {
    const r = rig();
    const lonely = await r.client(r.token(account()));
    hangup(lonely, 'hangup-1');
    await settled();
    expect(lonely.result('hangup-1')).toMatchObject({ error: { code: 'no_media_node' } });
    const { who } = await linked(r);
    const client = await r.client(r.token(who));
    hangup(client, 'hangup-1');
    r.clock.advance(14_999);
    r.hub.sweep();
    await settled();
    expect(client.result('hangup-1')).toBeUndefined();
    r.clock.advance(1);
    r.hub.sweep();
    await settled();
    expect(client.result('hangup-1')).toMatchObject({ error: { code: 'no_media_node' } });
  });

  test('that a node did not answer is repeated when its link comes back', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const client = await r.client(r.token(who));
    hangup(client, 'hangup-1');
    node.drop();
    const back = await r.node(node.id);
    await back.serve([who]);
    expect(back.commands).toEqual(node.commands);
    answer(back, back.commands[0]?.id ?? '');
    await settled();
    expect(client.result('hangup-1')).toMatchObject({ ok: true });
  });

  test('is not answered by a node it was not given to', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const rogue = await r.node();
    const client = await r.client(r.token(who));
    hangup(client, 'hangup-1');
    await rogue.serve([who]);
    const id = node.commands[0]?.id ?? '';
    answer(rogue, id);
    await settled();
    expect(client.result('hangup-1')).toBeUndefined();
    rogue.send({ t: 'result', id, ok: false, data: null, code: 'call_gone' });
    answer(node, id);
    await settled();
    expect(client.result('hangup-1')).toMatchObject({ ok: true });
  });

  test('beyond those allowed at the same time is refused', async () => {
    const r = rig({ commandsInFlight: 2 });
    const { who } = await linked(r);
    const client = await r.client(r.token(who));
    for (const id of ['hangup-1', 'hangup-2', 'hangup-3']) hangup(client, id);
    await settled();
    expect(client.result('hangup-3')).toMatchObject({ error: { code: 'rate_limited' } });
    expect(client.result('hangup-1')).toBeUndefined();
  });
});

describe('emergency calls stay possible', () => {
  const emergencyOnly = async (r: Rig, client: TestClient, node: TestNode) => {
    dial(client, `dial-${node.commands.length}xxx`);
    await settled();
    expect(node.commands.at(-1)).toMatchObject({ type: 'call.dial', emergencyOnly: true });
    client.send({ t: 'cmd', id: 'presence1', type: 'presence.set', data: { state: 'away' } });
    client.send({
      t: 'cmd',
      id: 'answer-01',
      type: 'call.answer',
      data: { callId: newId('call'), sdp: 'v=0 the offer' },
    });
    await settled();
    expect(client.result('presence1')).toMatchObject({ ok: false });
    expect(client.result('answer-01')).toMatchObject({ ok: false });
    expect(r.store.manual.size).toBe(0);
  };

  test('with a token that has ended, within its grace', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const client = await r.client(r.token(who));
    r.clock.advance(600_000);
    await emergencyOnly(r, client, node);
    expect(client.result('answer-01')).toMatchObject({ error: { code: 'session_expired' } });
  });

  test('with a token that ended long ago, on a session of its own that hears nothing', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const colleague = await r.client(r.token(account(who.tenant)));
    const old = r.token(who);
    r.clock.advance(3_600_000);
    const client = await r.client(old);
    expect(client.hello?.capabilities).toEqual(['emergency-only']);
    await emergencyOnly(r, client, node);
    expect(client.events('snapshot')[0]?.presence).toEqual({});
    await node.tell({ t: 'ring', id: 'ring-1', ...who, call: callView() });
    expect(node.frames.at(-1)).toEqual({ t: 'ring.result', id: 'ring-1', devices: 0 });
    expect(client.events('call.changed')).toEqual([]);
    // The telephone rings for nobody who is signed in.
    const seen = colleague.events('presence.changed').filter((one) => one.userId === who.userId);
    expect(seen.every((one) => one.presence.state === 'offline')).toBe(true);
    const call = callView({ direction: 'outgoing', state: 'dialling', emergency: true });
    await node.tell({ t: 'call.changed', ...who, call });
    expect(client.events('call.changed')).toEqual([{ call }]);
  });

  test.each(['call.answer', 'call.move'] as const)(
    'after a reload %s takes an emergency call back, and no other',
    async (type) => {
      const r = rig();
      const { who, node } = await linked(r);
      const emergency = callView({ direction: 'outgoing', state: 'connected', emergency: true });
      const plain = callView({ state: 'connected' });
      await node.serve(
        [who],
        [emergency, plain].map((call) => ({ account: who, call })),
      );
      const client = await r.client(r.token(who, { scope: 'emergency' }));
      for (const [index, call] of [emergency, plain].entries())
        client.send({
          t: 'cmd',
          id: `move-000${index}`,
          type,
          data: { callId: call.id, sdp: 'v=0 the offer' },
        });
      await settled();
      expect(node.commands).toHaveLength(1);
      expect(node.commands[0]).toMatchObject({
        emergencyOnly: true,
        data: { callId: emergency.id },
      });
      expect(client.result('move-0001')).toMatchObject({ ok: false });
    },
  );

  test('in a suspended tenant, until it is active again', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const client = await r.client(r.token(who));
    r.hub.notice({ t: 'tenant.state', tenant: who.tenant, state: 'suspended' });
    await emergencyOnly(r, client, node);
    expect(client.result('answer-01')).toMatchObject({ error: { code: 'tenant_suspended' } });
    await node.tell({ t: 'ring', id: 'ring-1', ...who, call: callView() });
    expect(node.frames.at(-1)).toEqual({ t: 'ring.result', id: 'ring-1', devices: 0 });
    r.hub.notice({ t: 'tenant.state', tenant: who.tenant, state: 'active' });
    await node.tell({ t: 'ring', id: 'ring-2', ...who, call: callView() });
    expect(node.frames.at(-1)).toEqual({ t: 'ring.result', id: 'ring-2', devices: 1 });
  });

  test('a suspension whose end was told while notices were lost does not stick', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    await r.client(r.token(who));
    r.hub.notice({ t: 'tenant.state', tenant: who.tenant, state: 'suspended' });
    r.hub.noticesMissed();
    await node.tell({ t: 'ring', id: 'ring-1', ...who, call: callView() });
    expect(node.frames.at(-1)).toEqual({ t: 'ring.result', id: 'ring-1', devices: 1 });
    r.hub.notice({ t: 'tenant.state', tenant: who.tenant, state: 'suspended' });
    await node.tell({ t: 'ring', id: 'ring-2', ...who, call: callView() });
    expect(node.frames.at(-1)).toEqual({ t: 'ring.result', id: 'ring-2', devices: 0 });
  });

  test('with a token whose only scope is emergency', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const client = await r.client(r.token(who, { scope: 'emergency' }));
    await emergencyOnly(r, client, node);
  });
});

describe('tokens', () => {
  test('a fresh one before the end goes on; none until the grace is over is the end', async () => {
    const r = rig();
    const who = account();
    const [did, lateDid] = [newId('device'), newId('device')];
    const good = await r.client(r.token(who, { did }));
    const late = await r.client(r.token(who, { did: lateDid }));
    const pass = (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        r.clock.advance(1000);
        for (const client of [good, late]) if (second % 20 === 0) client.send({ t: 'ping' });
        r.hub.sweep();
      }
    };
    pass(590);
    good.send({ t: 'token', token: r.token(who, { did }) });
    await settled();
    pass(69);
    expect(late.bye).toBeUndefined();
    pass(1);
    expect(late.bye).toBe('session_expired');
    expect(late.socket.closedWith).toBe(1008);
    expect(good.bye).toBeUndefined();
    // With a fresh token the same stream goes on.
    const resume = { token: late.hello?.resumeToken ?? '', seq: late.lastSeq };
    expect((await r.client(r.token(who, { did: lateDid }), resume)).hello?.resumed).toBe(true);
  });

  test('while no fresh one is to be had, nobody is sent away', async () => {
    const r = rig();
    const client = await r.client(r.token(account()));
    r.control.reachable = false;
    for (let second = 0; second < 900; second++) {
      r.clock.advance(1000);
      if (second % 20 === 0) client.send({ t: 'ping' });
      r.hub.sweep();
    }
    expect(client.bye).toBeUndefined();
    r.control.reachable = true;
    r.hub.sweep();
    expect(client.bye).toBe('session_expired');
  });

  test('a token of somebody else, another device or no right at all ends the socket', async () => {
    const r = rig();
    const who = account();
    const did = newId('device');
    for (const [token, code] of [
      [r.token(account(who.tenant), { did }), 'unauthenticated'],
      [r.token(who), 'unauthenticated'],
      [r.token(who, { did, scope: 'users:read' }), 'missing_scope'],
    ] as const) {
      const client = await r.client(r.token(who, { did }));
      client.send({ t: 'token', token });
      await settled();
      expect(client.bye).toBe(code);
    }
  });

  test('frames behind a token check wait for it, in order', async () => {
    const r = rig();
    const { who, node } = await linked(r);
    const did = newId('device');
    const client = await r.client(r.token(who, { did }));
    client.send({ t: 'token', token: r.token(who, { did }) });
    hangup(client, 'hangup-1');
    client.send({ t: 'ping' });
    expect(node.commands).toEqual([]);
    await settled();
    expect(node.commands).toHaveLength(1);
    expect(client.frames.at(-1)).toEqual({ t: 'pong' });
  });
});
