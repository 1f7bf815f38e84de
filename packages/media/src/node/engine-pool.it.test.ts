import process from 'node:process';
import { afterEach, expect, test, vi } from 'vitest';
import { createSine } from '../audio/tone.ts';
import type { MediaEngineEvents } from '../engine.ts';
import { type EnginePool, startEnginePool } from './engine-pool.ts';
import { openRtpEndpoint } from './rtp-endpoint.ts';
import { type Hearing, listen } from './testing/hearing.ts';

const WAIT = { timeout: 15_000, interval: 20 };
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(): Promise<EnginePool> {
  const engine = await startEnginePool({
    announcedAddresses: ['127.0.0.1'],
    rtpPortMin: 0,
    rtpPortMax: 0,
    maxBridges: 4,
    silentAfterMs: 5_000,
    processes: 2,
  });
  cleanups.push(() => engine.close());
  return engine;
}

/** A relay between two telephones; what each of them hears. */
async function relay(engine: EnginePool, bridgeId: string) {
  const created = await engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1', kind: 'relay' });
  const phones: Hearing[] = [];
  for (const [side, local, hz] of [
    ['rtp', created.rtp, 440],
    ['far', created.far, 1000],
  ] as const) {
    const phone = await openRtpEndpoint({ address: '127.0.0.1', portMin: 0, portMax: 0 });
    cleanups.push(() => phone.close());
    const common = { address: '127.0.0.1', codec: 'PCMA', payloadType: 8 } as const;
    phone.setRemote({ ...common, port: local?.port ?? 0, direction: 'sendrecv' });
    await engine.setRtpRemote({
      bridgeId,
      side,
      remote: { ...common, port: phone.port, direction: 'sendrecv' },
    });
    const sine = createSine({ frequency: hz });
    void phone.play(() => sine(160));
    phones.push(listen(phone));
  }
  return async () => {
    for (const heard of phones) heard.forget();
    await vi.waitFor(() => {
      expect(phones.map((heard) => Math.round(heard.tone().frequency / 10))).toEqual([100, 44]);
    }, WAIT);
  };
}

test('bridges are spread over the processes, and one that dies takes only its own', async () => {
  const engine = await start();
  const lost: MediaEngineEvents['engine-lost'][] = [];
  engine.on('engine-lost', (detail) => lost.push(detail));
  const started: string[] = [];
  engine.on('rtp-started', ({ bridgeId, side }) => started.push(`${bridgeId} ${side}`));
  const hears = {
    a: await relay(engine, 'a'),
    b: await relay(engine, 'b'),
    c: await relay(engine, 'c'),
  };
  await Promise.all([hears.a(), hears.b(), hears.c()]);
  expect(started.sort()).toEqual(['a far', 'a rtp', 'b far', 'b rtp', 'c far', 'c rtp']);

  const [first, second] = engine.pids;
  process.kill(first ?? 0, 'SIGKILL');
  await vi.waitFor(
    () => expect(lost).toEqual([{ bridgeIds: ['a', 'c'], reason: 'SIGKILL' }]),
    WAIT,
  );
  expect(engine.pids[1]).toBe(second);
  await expect(engine.stats('a')).rejects.toMatchObject({ code: 'bridge-unknown' });
  await hears.b();
  // While the first is down a new bridge goes to the second; the dead bridge's id is free again.
  await (await relay(engine, 'a'))();
  await vi.waitFor(() => expect(engine.pids).not.toContain(undefined), WAIT);
  await (await relay(engine, 'd'))();
  expect((await engine.stats('d')).kind).toBe('relay');
});

test('ids and the number of bridges are counted over all processes', async () => {
  const engine = await start();
  const open = (bridgeId: string) => engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1' });
  await Promise.all(['a', 'b', 'c', 'd'].map(open));
  await expect(open('a')).rejects.toMatchObject({ code: 'bridge-exists' });
  await expect(open('e')).rejects.toMatchObject({ code: 'too-many-bridges' });
  await engine.closeBridge('b');
  await engine.closeBridge('b');
  await open('e');
  await engine.close();
  await expect(open('f')).rejects.toMatchObject({ code: 'engine-closed' });
  await expect(engine.stats('a')).rejects.toMatchObject({ code: 'engine-closed' });
  expect(engine.pid).toBeUndefined();
});
