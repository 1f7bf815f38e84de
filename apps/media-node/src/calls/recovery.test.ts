import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import { type CallId, newId } from '@trunkline/contracts/ids.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Recorder } from '../events/recorder.ts';
import { EventSpool } from '../events/spool.ts';
import { FakeTime } from '../testing/fake-time.ts';
import { LiveRecords } from './live-records.ts';
import { endLostCalls } from './recovery.ts';

const logger = createLogger({ name: 'test', level: 'error', write: () => undefined });
const tenantId = newId('tenant');
const lineId = newId('line');
const node = newId('mediaNode');
const dialog = {
  callId: 'a@b',
  localTag: '1',
  remoteTag: '2',
  local: '<sip:20@pbx>;tag=1',
  remote: '<sip:10@pbx>;tag=2',
  remoteTarget: 'sip:10@192.0.2.1',
  routeSet: [],
  localSeq: 1,
};

let folder: string;
const spools: EventSpool[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tl-recovery-'));
});
afterEach(async () => {
  for (const spool of spools.splice(0)) await spool.close();
  await rm(folder, { recursive: true });
});

/** One boot of a node, as far as its records go. */
async function boot() {
  const time = new FakeTime();
  const spool = await EventSpool.open({
    folder: join(folder, 'events'),
    startedAt: 1,
    scheduler: time,
    logger,
  });
  spools.push(spool);
  const recorder = new Recorder(spool, node, time);
  const records = await LiveRecords.open({
    folder: join(folder, 'calls'),
    bootEpoch: spool.bootEpoch,
    time,
    logger,
  });
  spool.onDurable((events) => records.follow(events));
  const recover = () => endLostCalls({ spool, recorder, records });
  return { time, spool, recorder, records, recover };
}
type Boot = Awaited<ReturnType<typeof boot>>;

function start({ recorder }: Boot): CallId {
  const callId = newId('call');
  recorder.record(
    'call.started',
    { tenantId, callId },
    {
      direction: 'outgoing',
      lineId,
      lineGroupId: newId('lineGroup'),
      lineNumber: '20',
      localNumber: null,
      userIds: [],
      remote: { number: null, display: '', name: null, userId: null },
      dialled: null,
      emergency: false,
      private: false,
      journal: true,
      diversions: [],
      sipCallId: 'a@b',
    },
  );
  return callId;
}

function answer({ recorder, records }: Boot, callId: CallId): void {
  records.confirm(callId, 'near', dialog);
  const data = { userId: newId('user'), deviceId: null };
  recorder.record('call.answered', { tenantId, callId }, data);
}

const endsOf = (events: EventEnvelope[], callId: CallId) =>
  events.filter((event) => event.type === 'call.ended' && event.call === callId);

describe('calls of an earlier start', () => {
  test('an answered call ends with its talk time up to the last sign of life, and its leg is known', async () => {
    const first = await boot();
    const callId = start(first);
    await first.spool.flush();
    answer(first, callId);
    await first.spool.flush();
    first.time.advance(4200);
    await vi.waitFor(async () => expect(await readdir(join(folder, 'calls'))).toContain('alive'));

    const second = await boot();
    expect(await second.recover()).toEqual([{ callId, lineId, dialog }]);
    const [end] = endsOf(await second.spool.all(), callId);
    if (end?.type !== 'call.ended') throw new Error('not ended');
    expect(end.data).toMatchObject({ by: 'system', cause: 'node_lost' });
    expect(end.data.durationMs).toBeGreaterThanOrEqual(1000);
    expect(end.data.durationMs).toBeLessThanOrEqual(4200);

    const third = await boot();
    expect(await third.recover()).toEqual([]);
    expect(endsOf(await third.spool.all(), callId)).toHaveLength(1);
  });

  test('a call that never got its record is found in the spool; one that ended is left alone', async () => {
    const first = await boot();
    const [lost, over] = [start(first), start(first)];
    await first.spool.flush();
    first.recorder.record(
      'call.ended',
      { tenantId, callId: over },
      { by: 'local', cause: 'normal', sipCode: null, text: '', durationMs: 0 },
    );
    await first.spool.flush();
    await rm(join(folder, 'calls'), { recursive: true });

    const second = await boot();
    expect(await second.recover()).toEqual([]);
    const events = await second.spool.all();
    expect(endsOf(events, lost)).toHaveLength(1);
    expect(endsOf(events, over)).toHaveLength(1);
  });

  test('a call whose start was acknowledged and forgotten still ends, by its record', async () => {
    const first = await boot();
    const callId = start(first);
    await first.spool.flush();
    await first.spool.acknowledge({ bootEpoch: first.spool.bootEpoch, seq: 1 });
    const second = await boot();
    expect(await second.spool.all()).toEqual([]);
    await second.recover();
    expect(endsOf(await second.spool.all(), callId)).toHaveLength(1);
  });

  test('what ends a second leg is known as soon as it rings, with the branch of its last INVITE', async () => {
    const first = await boot();
    const early = { message: 'YQ==', transport: 'udp', address: '192.0.2.1', port: 5060 } as const;
    const callId = start(first);
    await first.spool.flush();
    for (const message of ['Yg==', 'Yw==']) {
      first.records.orphansOf = () => [early, { ...early, message }];
      first.records.renew(callId);
    }
    const path = join(folder, 'calls', `${callId}.json`);
    await vi.waitFor(async () => expect(await readFile(path, 'utf8')).toContain('Yw=='));
    const second = await boot();
    expect(await second.recover()).toEqual([
      { callId, lineId, early },
      { callId, lineId, early: { ...early, message: 'Yw==' } },
    ]);
  });

  test('dying again on the way ends no call twice', async () => {
    const first = await boot();
    const callId = start(first);
    await first.spool.flush();
    // The second start wrote the end, but died before it removed the record.
    const second = await boot();
    await second.recover();
    await second.records.follow(await first.spool.all());
    const third = await boot();
    expect(third.records.left).toHaveLength(1);
    await third.recover();
    expect(endsOf(await third.spool.all(), callId)).toHaveLength(1);
    expect((await boot()).records.left).toEqual([]);
  });
});
