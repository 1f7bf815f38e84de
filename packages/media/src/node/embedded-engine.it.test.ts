import { randomInt } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  call,
  cleanUp,
  expectBothTones,
  record,
  startEngine,
  WAIT,
} from './testing/engine-fixture.ts';

afterEach(cleanUp);

describe('limits', () => {
  test('VOX-121 LIN-077 a range of 10 ports carries 5 bridges, a sixth is refused, running ones go on', async () => {
    // Below the range the system takes free ports from, so nobody has one of these by chance.
    const first = 10_000 + 10 * randomInt(900);
    const engine = await startEngine({
      rtpPortMin: first,
      rtpPortMax: first + 9,
      maxBridges: 10,
    });
    const ports = [];
    for (let i = 0; i < 5; i++) {
      ports.push(
        (await engine.createBridge({ bridgeId: `b${i}`, rtpAddress: '127.0.0.1' })).rtp.port,
      );
    }
    expect([...ports].sort()).toEqual([0, 2, 4, 6, 8].map((offset) => first + offset));
    await expect(
      engine.createBridge({ bridgeId: 'more', rtpAddress: '127.0.0.1' }),
    ).rejects.toMatchObject({ code: 'rtp-ports-exhausted' });
    expect((await engine.stats('b0')).bridgeId).toBe('b0');
    await engine.closeBridge('b3');
    const { rtp } = await engine.createBridge({ bridgeId: 'more', rtpAddress: '127.0.0.1' });
    expect(rtp.port).toBe(ports[3]);
  });

  test('bridges are counted, ids unique, closed ones unknown', async () => {
    const engine = await startEngine({ maxBridges: 1 });
    const create = (bridgeId: string, rtpAddress = '127.0.0.1') =>
      engine.createBridge({ bridgeId, rtpAddress });
    await create('b1');
    await expect(create('b1')).rejects.toMatchObject({ code: 'bridge-exists' });
    await expect(create('b2')).rejects.toMatchObject({ code: 'too-many-bridges' });
    await engine.closeBridge('b1');
    await engine.closeBridge('b1');
    await expect(engine.stats('b1')).rejects.toMatchObject({ code: 'bridge-unknown' });
    await expect(create('b3', 'localhost')).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(create('b3', '203.0.113.7')).rejects.toMatchObject({
      code: 'rtp-address-unusable',
    });
    await create('b3');
  });

  test('a bridge without any packet is closed after the idle limit', async () => {
    const engine = await startEngine({ idleLimitMs: 200 });
    const expired = record(engine, 'bridge-expired');
    await engine.createBridge({ bridgeId: 'b1', rtpAddress: '127.0.0.1' });
    await vi.waitFor(() => expect(expired).toEqual([{ bridgeId: 'b1' }]), WAIT);
    await expect(engine.stats('b1')).rejects.toMatchObject({ code: 'bridge-unknown' });
  });

  test('VOX-119 the silence of a side is told once, and again after it has spoken', async () => {
    const running = await call({ settings: { silentAfterMs: 500 } });
    const silent = record(running.engine, 'media-silent');
    const ofPhone = () => silent.filter(({ side }) => side === 'rtp');
    await expectBothTones(running);
    running.phone.stop();
    await vi.waitFor(() => expect(ofPhone()).toHaveLength(1), WAIT);
    expect(ofPhone()[0]?.silentMs).toBeGreaterThanOrEqual(500);
    await expectBothTones(running);
    expect(ofPhone()).toHaveLength(1);
    running.phone.stop();
    await vi.waitFor(() => expect(ofPhone()).toHaveLength(2), WAIT);
  });
});
