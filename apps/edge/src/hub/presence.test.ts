import { newId } from '@trunkline/contracts/ids.ts';
import { describe, expect, test } from 'vitest';
import { presenceAsSeen } from './presence-filter.ts';
import { account, callView, type Rig, rig, settled, type TestClient } from './testing.ts';

const lastOf = (client: TestClient, userId: string) =>
  client.events('presence.changed').findLast((event) => event.userId === userId)?.presence;

/** Lets time pass as it does: second by second, with living clients and nodes. */
function pass(r: Rig, seconds: number, alive: { send(frame: never): void }[]): void {
  for (let second = 0; second < seconds; second++) {
    r.clock.advance(1000);
    for (const one of alive) if (second % 10 === 0) one.send({ t: 'ping' } as never);
    r.hub.sweep();
  }
}

describe('PLT-003 presence from telephony, sign-in and manual setting', () => {
  test('available, on the phone, available, offline, seen by a colleague', async () => {
    const r = rig();
    const anna = account();
    const ben = account(anna.tenant);
    const watcher = await r.client(r.token(ben));
    const client = await r.client(r.token(anna));
    expect(lastOf(watcher, anna.userId)).toMatchObject({ state: 'available', source: 'session' });
    const node = await r.node();
    await node.serve([anna]);
    const call = callView();
    const states: (string | undefined)[] = [];
    for (const over of [
      { state: 'ringing' },
      { state: 'connected', answeredAt: '2026-11-23T09:00:05.000Z' },
      { state: 'ended', end: { by: 'remote', cause: 'normal', sipCode: null, elsewhere: false } },
    ] as const) {
      await node.tell({ t: 'call.changed', ...anna, call: { ...call, ...over } });
      states.push(lastOf(watcher, anna.userId)?.state);
    }
    expect(states).toEqual(['available', 'on_the_phone', 'available']);
    client.connection.closed(4001);
    expect(lastOf(watcher, anna.userId)).toEqual({
      state: 'offline',
      since: null,
      note: '',
      source: 'none',
      ringing: false,
    });
  });

  test('a telephone that rings is shown beside the state, until it is answered', async () => {
    const r = rig();
    const anna = account();
    const watcher = await r.client(r.token(account(anna.tenant)));
    await r.client(r.token(anna));
    const node = await r.node();
    await node.serve([anna]);
    const call = callView();
    await node.tell({ t: 'ring', id: 'ring-1', ...anna, call });
    expect(lastOf(watcher, anna.userId)).toMatchObject({ state: 'available', ringing: true });
    const later = await r.client(r.token(account(anna.tenant)));
    expect(later.events('snapshot')[0]?.presence[anna.userId]).toMatchObject({ ringing: true });
    await node.tell({ t: 'call.changed', ...anna, call: { ...call, state: 'connected' } });
    expect(lastOf(watcher, anna.userId)).toMatchObject({ state: 'on_the_phone', ringing: false });
  });

  test('an outgoing call counts from dialling on', async () => {
    const r = rig();
    const anna = account();
    const watcher = await r.client(r.token(account(anna.tenant)));
    const node = await r.node();
    await node.serve([anna]);
    const call = callView({ direction: 'outgoing', state: 'dialling' });
    await node.tell({ t: 'call.changed', ...anna, call });
    expect(lastOf(watcher, anna.userId)).toEqual({
      state: 'on_the_phone',
      since: call.startedAt,
      note: '',
      source: 'telephony',
      ringing: false,
    });
  });

  test('two tabs are one sign-in; the last one to go signs out', async () => {
    const r = rig();
    const anna = account();
    const token = r.token(anna);
    const watcher = await r.client(r.token(account(anna.tenant)));
    const [one, two] = [await r.client(token), await r.client(token)];
    one.connection.closed(4001);
    expect(lastOf(watcher, anna.userId)?.state).toBe('available');
    two.connection.closed(4001);
    expect(lastOf(watcher, anna.userId)?.state).toBe('offline');
  });

  test('a window that only looks on is not rung and signs nobody in', async () => {
    const r = rig();
    const anna = account();
    const node = await r.node();
    await node.serve([anna]);
    const token = r.token(anna);
    const portal = await r.client(token, undefined, ['watch-only']);
    const ring = async () => {
      await node.tell({ t: 'ring', id: 'ring', ...anna, call: callView() });
      return node.frames.findLast((frame) => frame.t === 'ring.result')?.devices;
    };
    expect(await ring()).toBe(0);
    expect(portal.events('call.changed')).toEqual([]);
    expect(r.hub.explain(anna).view.state).toBe('offline');
    const client = await r.client(token);
    expect(await ring()).toBe(1);
    expect(lastOf(portal, anna.userId)?.state).toBe('available');
    client.connection.closed(4001);
    expect(await ring()).toBe(0);
    expect(node.frames.filter((frame) => frame.t === 'device.gone')).toHaveLength(1);
  });

  test('"appear offline" looks like offline in every field, also in a snapshot', async () => {
    const r = rig();
    const anna = account();
    const client = await r.client(r.token(anna));
    const watcher = await r.client(r.token(account(anna.tenant)));
    const data = { state: 'appear_offline', note: 'hiding' };
    client.send({ t: 'cmd', id: 'presence1', type: 'presence.set', data });
    await settled();
    expect(client.events('presence.own').at(-1)?.manual).toMatchObject(data);
    const hidden = {
      state: 'offline',
      since: null,
      note: '',
      source: 'none',
      ringing: false,
    };
    expect(lastOf(watcher, anna.userId)).toEqual(hidden);
    const later = await r.client(r.token(account(anna.tenant)));
    expect(later.events('snapshot')[0]?.presence[anna.userId]).toEqual(hidden);
  });

  test('a state with an end is taken back then, and its owner told', async () => {
    const r = rig();
    const anna = account();
    const client = await r.client(r.token(anna));
    const watcher = await r.client(r.token(account(anna.tenant)));
    const data = { state: 'busy', note: 'lunch', until: '2026-11-23T09:01:00.000Z' };
    client.send({ t: 'cmd', id: 'presence1', type: 'presence.set', data });
    await settled();
    expect(lastOf(watcher, anna.userId)).toMatchObject({ state: 'busy', note: 'lunch' });
    pass(r, 61, [client, watcher]);
    expect(lastOf(watcher, anna.userId)).toMatchObject({ state: 'available', note: '' });
    expect(client.events('presence.own').at(-1)).toEqual({ manual: null });
  });

  test('the stored state is there from the first moment; a lost store does not stop sign-in', async () => {
    const r = rig();
    const anna = account();
    const manual = { state: 'do_not_disturb' as const, note: '', until: null };
    r.store.manual.set(anna.userId, manual);
    const watcher = await r.client(r.token(account(anna.tenant)));
    const client = await r.client(r.token(anna));
    expect(client.events('snapshot')[0]?.ownManual).toEqual(manual);
    const seen = watcher.events('presence.changed').filter((e) => e.userId === anna.userId);
    expect(seen.map((event) => event.presence.state)).toEqual(['do_not_disturb']);
    const ben = account(anna.tenant);
    r.store.manual.set(ben.userId, manual);
    r.store.failing = true;
    const other = await r.client(r.token(ben));
    expect(other.hello).toBeDefined();
    r.store.failing = false;
    pass(r, 11, [other, watcher]);
    await settled();
    expect(lastOf(watcher, ben.userId)?.state).toBe('do_not_disturb');
    expect(other.events('presence.own').at(-1)).toEqual({ manual });
  });

  test('the explanation names every fact', async () => {
    const r = rig();
    const anna = account();
    await r.client(r.token(anna));
    expect(r.hub.explain(anna)).toMatchObject({
      view: { state: 'available', source: 'session' },
      facts: [{ role: 'decided', fact: { source: 'session' } }],
    });
    expect(r.hub.explain(account()).view.state).toBe('offline');
  });
});

describe('presence never sticks', () => {
  test('telephony facts end with the node link, within their bound', async () => {
    const r = rig();
    const anna = account();
    const watcher = await r.client(r.token(account(anna.tenant)));
    const client = await r.client(r.token(anna));
    const node = await r.node();
    await node.serve([anna]);
    await node.tell({ t: 'call.changed', ...anna, call: callView({ state: 'connected' }) });
    pass(r, 120, [watcher, client, node]);
    expect(lastOf(watcher, anna.userId)?.state).toBe('on_the_phone');
    node.drop();
    pass(r, 31, [watcher, client]);
    expect(lastOf(watcher, anna.userId)?.state).toBe('available');
  });

  test('a node that stays away loses its calls; their users are told', async () => {
    const r = rig();
    const anna = account();
    const client = await r.client(r.token(anna));
    const node = await r.node();
    const call = callView({ state: 'connected' });
    await node.serve([anna], [{ account: anna, call }]);
    node.drop();
    pass(r, 121, [client]);
    expect(client.events('call.changed').at(-1)?.call).toMatchObject({
      state: 'ended',
      end: { cause: 'node_lost' },
    });
  });

  test('a silent node is cut', async () => {
    const r = rig();
    const node = await r.node();
    pass(r, 26, []);
    expect(node.socket.closedWith).toBe('cut');
  });

  test('a wall clock that jumps changes nothing', async () => {
    const r = rig();
    const anna = account();
    const watcher = await r.client(r.token(account(anna.tenant), { exp: 4_000_000_000 }));
    const client = await r.client(r.token(anna, { exp: 4_000_000_000 }));
    const real = r.clock.now;
    r.clock.now = () => new Date(real().getTime() + 3_600_000);
    pass(r, 200, [watcher, client]);
    expect(lastOf(watcher, anna.userId)?.state).toBe('available');
  });
});

describe('who sees what', () => {
  test('PLT-018 nothing crosses tenants: not presence, calls, lines or notices', async () => {
    const r = rig();
    const anna = account();
    const eve = account();
    const spy = await r.client(r.token(eve, { scope: 'client lines:read' }));
    const before = spy.frames.length;
    const node = await r.node();
    const client = await r.client(r.token(anna));
    await node.tell({
      t: 'serving',
      tenants: {
        [anna.tenant]: {
          users: [anna.userId],
          lines: { [newId('line')]: openLine },
          calls: [{ userId: anna.userId, call: callView() }],
        },
      },
    });
    await node.tell({
      t: 'line.state',
      tenant: anna.tenant,
      lineId: newId('line'),
      state: openLine,
    });
    // A node that lies about the tenant of a user reaches nobody.
    await node.tell({
      t: 'call.changed',
      tenant: anna.tenant,
      userId: eve.userId,
      call: callView(),
    });
    r.hub.notice({ t: 'directory.changed', tenant: anna.tenant });
    client.connection.closed(4001);
    expect(spy.frames.length).toBe(before);
  });

  test('LIN-018 line states reach those who may read lines, in snapshot and events', async () => {
    const r = rig();
    const { tenant } = account();
    const admin = { tenant, userId: newId('user') };
    const reader = await r.client(r.token(admin, { scope: 'client lines:read' }));
    const user = await r.client(r.token(account(tenant)));
    const node = await r.node();
    const lineId = newId('line');
    await node.tell({ t: 'line.state', tenant, lineId, state: openLine });
    await node.tell({ t: 'line.state', tenant, lineId, state: openLine });
    expect(reader.events('line.state')).toEqual([{ lineId, state: openLine }]);
    expect(user.events('line.state')).toEqual([]);
    const later = await r.client(r.token(admin, { scope: 'client lines:read' }));
    expect(later.events('snapshot')[0]?.lines).toEqual({ [lineId]: openLine });
    const plain = await r.client(r.token(account(tenant)));
    expect(plain.events('snapshot')[0]?.lines).toEqual({});
    node.drop();
    pass(r, 121, [reader]);
    expect(reader.events('line.state').at(-1)?.state).toMatchObject({
      state: 'out_of_service',
      reason: { category: 'communication' },
    });
  });

  test('the filter hides the line state below "business", and everything of who is offline', () => {
    const stranger = { state: true, telephony: false, since: false, note: true, own: false };
    const call = {
      state: 'on_the_phone',
      since: '2026-11-23T09:00:00.000Z',
      note: 'n',
      source: 'telephony',
      ringing: true,
    } as const;
    expect(presenceAsSeen(call, stranger)).toEqual({
      state: 'busy',
      since: null,
      note: 'n',
      source: 'none',
      ringing: false,
    });
    expect(presenceAsSeen(call, { ...stranger, telephony: true, since: true })).toEqual(call);
    const offline = { state: 'offline', since: null, note: '', source: 'none' };
    expect(presenceAsSeen({ ...call, state: 'offline' }, stranger)).toEqual({
      ...offline,
      ringing: false,
    });
    // Signed out, with a desk telephone that rings: seen by who may see the telephone.
    expect(presenceAsSeen({ ...call, state: 'offline' }, { ...stranger, telephony: true })).toEqual(
      {
        ...offline,
        ringing: true,
      },
    );
  });

  test('a snapshot larger than a frame goes on as single events', async () => {
    const r = rig({ eventBytes: 1000 });
    const { tenant } = account();
    const people = Array.from({ length: 30 }, () => account(tenant));
    for (const person of people) await r.client(r.token(person));
    const client = await r.client(r.token(account(tenant)));
    const named = new Set([
      ...Object.keys(client.events('snapshot')[0]?.presence ?? {}),
      ...client.events('presence.changed').map((event) => event.userId),
    ]);
    expect(people.every((person) => named.has(person.userId))).toBe(true);
    for (const text of client.socket.frames) expect(text.length).toBeLessThan(1500);
  });
});

const openLine = {
  state: 'open' as const,
  reason: { category: 'none' as const, sipCode: 200, text: 'OK' },
  since: '2026-11-23T09:00:00.000Z',
  nextAttemptAt: null,
};
