import type { CallQuality } from '@trunkline/contracts/media.ts';
import { watchOnlyCapability } from '@trunkline/contracts/realtime.ts';
import { expect, test } from 'vitest';
import { type Account, account, callView, type Rig, rig, type TestNode } from './testing.ts';

const quality = (lossPercent: number): CallQuality => ({
  client: null,
  pbx: {
    codec: 'PCMA',
    encrypted: false,
    lossPercent,
    jitterMs: 4,
    roundTripMs: null,
    mos: 4.3,
  },
});

async function talking(r: Rig): Promise<{
  who: Account;
  node: TestNode;
  call: ReturnType<typeof callView>;
  report: (lossPercent: number) => Promise<void>;
}> {
  const who = account();
  const node = await r.node();
  const call = callView({ state: 'connected' });
  await node.serve([who], [{ account: who, call }]);
  return {
    who,
    node,
    call,
    report: (loss) =>
      node.tell({ t: 'call.quality', ...who, callId: call.id, quality: quality(loss) }),
  };
}

test('the quality of a call reaches every device of its user while it lives', async () => {
  const r = rig();
  const { who, call, report } = await talking(r);
  const [one, two] = [await r.client(r.token(who)), await r.client(r.token(who))];
  await report(2);
  for (const client of [one, two])
    expect(client.events('call.quality')).toEqual([{ callId: call.id, quality: quality(2) }]);
});

test('a client that was cut gets the newest report of each call, after what it missed', async () => {
  const r = rig();
  const { who, node, call, report } = await talking(r);
  const token = r.token(who);
  const before = await r.client(token);
  before.drop();
  for (const loss of [1, 2, 3]) await report(loss);
  const other = callView({ state: 'connected' });
  await node.tell({ t: 'call.changed', ...who, call: other });
  await node.tell({ t: 'call.quality', ...who, callId: other.id, quality: quality(9) });
  const after = await r.client(token, {
    token: before.hello?.resumeToken ?? '',
    seq: before.lastSeq,
  });
  expect(after.hello?.resumed).toBe(true);
  expect(after.numbered.map((frame) => (frame.t === 'event' ? frame.type : ''))).toEqual([
    'call.changed',
    'call.quality',
    'call.quality',
  ]);
  expect(after.events('call.quality')).toEqual([
    { callId: call.id, quality: quality(3) },
    { callId: other.id, quality: quality(9) },
  ]);
  expect(after.numbered.map((frame) => frame.seq)).toEqual(
    [1, 2, 3].map((step) => before.lastSeq + step),
  );
  await report(4);
  expect(after.events('call.quality').at(-1)).toEqual({ callId: call.id, quality: quality(4) });
});

test('PLT-018 nobody else hears of it: no colleague, no other tenant, no window that looks on', async () => {
  const r = rig();
  const { who, report } = await talking(r);
  const others = [
    await r.client(r.token(account(who.tenant))),
    await r.client(r.token(account())),
    await r.client(r.token(who), undefined, [watchOnlyCapability]),
  ];
  await report(2);
  for (const other of others) expect(other.events('call.quality')).toEqual([]);
});

test('a node is not believed about calls it does not hold', async () => {
  const r = rig();
  const { who, call } = await talking(r);
  const client = await r.client(r.token(who));
  const liar = await r.node();
  await liar.serve([who]);
  await liar.tell({ t: 'call.quality', ...who, callId: call.id, quality: quality(50) });
  r.authority.mayServe = async () => false;
  const stranger = await r.node();
  await stranger.tell({ t: 'call.quality', ...who, callId: call.id, quality: quality(60) });
  expect(client.events('call.quality')).toEqual([]);
});
