/** Daemons that come, go and begin anew. */
import { afterEach, describe, expect, test } from 'vitest';
import {
  type Rtpengine,
  rtpengineAvailable,
  startRtpengine,
} from '../../../../../e2e/peers/rtpengine/rtpengine.ts';
import { afterTest, cleanUp, record, until } from '../testing/suite-call.ts';
import { startRtpengineEngine } from './rtpengine-engine.ts';

const isAvailable = rtpengineAvailable();
const name = `rtpengine daemons${isAvailable ? '' : ' (skipped: not installed)'}`;

afterEach(cleanUp);

describe.skipIf(!isAvailable)(name, () => {
  async function start(): Promise<Rtpengine> {
    const daemon = await startRtpengine({ mediaPorts: 40 });
    afterTest(() => daemon.stop());
    return daemon;
  }

  async function engineOf(...daemons: Rtpengine[]) {
    const engine = await startRtpengineEngine({
      hosts: daemons.map(({ host, ngPort }) => ({ host, port: ngPort })),
      maxBridges: 20,
      silentAfterMs: 5000,
      pollMs: 200,
    });
    afterTest(() => engine.close());
    return engine;
  }

  const create = (engine: Awaited<ReturnType<typeof engineOf>>, bridgeId: string) =>
    engine.createBridge({ bridgeId, rtpAddress: '127.0.0.1' });
  const isOf = ({ media }: Rtpengine, port: number) => port >= media.min && port <= media.max;

  test('a daemon that was started again has lost its bridges: told once, new ones are carried', async () => {
    const daemon = await start();
    const engine = await engineOf(daemon);
    const lost = record(engine, 'engine-lost');
    const expired = record(engine, 'bridge-expired');
    await create(engine, 'a');
    await create(engine, 'b');
    // Its uptime is told in whole seconds: it must have run for one to be seen to begin anew.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await daemon.kill9();
    await daemon.restart();
    await until('the loss', () => lost.length > 0);
    expect(lost).toHaveLength(1);
    expect(lost[0]?.bridgeIds.sort()).toEqual(['a', 'b']);
    expect(expired).toEqual([]);
    await expect(engine.stats('a')).rejects.toMatchObject({ code: 'bridge-unknown' });
    await until('a new bridge', async () => {
      await create(engine, 'a').catch(() => undefined);
      return engine.stats('a').then(
        () => true,
        () => false,
      );
    });
  });

  test('bridges go to the daemon with the fewest, and to another one when it is gone', async () => {
    const daemons = [await start(), await start()] as const;
    const engine = await engineOf(...daemons);
    const ports = [];
    for (const id of ['a', 'b', 'c', 'd']) ports.push((await create(engine, id)).rtp.port);
    for (const daemon of daemons) {
      expect(ports.filter((port) => isOf(daemon, port))).toHaveLength(2);
    }
    await daemons[0].kill9();
    const { rtp } = await create(engine, 'e');
    expect(isOf(daemons[1], rtp.port)).toBe(true);
    await until('the loss to be seen', () => engine.unreachable().length === 1);
    expect(engine.unreachable()).toEqual([`127.0.0.1:${daemons[0].ngPort}`]);
  });

  test('with no daemon a bridge is refused in time; one that comes later is used', async () => {
    const daemon = await start();
    await daemon.kill9();
    const engine = await engineOf(daemon);
    const before = performance.now();
    await expect(create(engine, 'a')).rejects.toMatchObject({ code: 'engine-lost' });
    expect(performance.now() - before).toBeLessThan(5000);
    await daemon.restart();
    await until('the daemon to be found', () => engine.unreachable().length === 0);
    await create(engine, 'a');
  });

  test('ports that run out are told as such, and come back', async () => {
    const engine = await engineOf(await start());
    const ids: string[] = [];
    const fill = async () => {
      for (let i = ids.length; i < 20; i++) {
        await create(engine, `p${i}`);
        ids.push(`p${i}`);
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'rtp-ports-exhausted' });
    expect(ids.length).toBeGreaterThan(5);
    await engine.closeBridge(ids[0] as string);
    await until('a free port', () =>
      create(engine, 'again').then(
        () => true,
        () => false,
      ),
    );
  });
});
