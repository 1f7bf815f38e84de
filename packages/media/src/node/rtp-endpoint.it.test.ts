import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSine } from '../audio/tone.ts';
import type { RtpRemote } from '../engine.ts';
import { openRtpEndpoint, type RtpEndpoint } from './rtp-endpoint.ts';
import { listen } from './testing/hearing.ts';

const WAIT = { timeout: 8_000, interval: 20 };
const endpoints: RtpEndpoint[] = [];

afterEach(() => {
  for (const endpoint of endpoints.splice(0)) endpoint.close();
});

async function open(): Promise<RtpEndpoint> {
  const endpoint = await openRtpEndpoint({ address: '127.0.0.1', portMin: 0, portMax: 0 });
  endpoints.push(endpoint);
  return endpoint;
}

/** Two endpoints that speak to each other. */
async function openPair(more: Partial<RtpRemote> = {}) {
  const [a, b] = [await open(), await open()];
  const far = {
    address: '127.0.0.1',
    codec: 'PCMA',
    payloadType: 8,
    dtmfPayloadType: 101,
    direction: 'sendrecv',
    ...more,
  } as const;
  a.setRemote({ ...far, port: b.port });
  b.setRemote({ ...far, port: a.port });
  return { a, b };
}

/** A sine of `frames` frames. */
function tone(frequency: number, frames = Number.POSITIVE_INFINITY) {
  const sine = createSine({ frequency });
  let left = frames;
  return () => (left-- > 0 ? sine(160) : null);
}

describe('an endpoint', () => {
  test('has an even port with the odd one above it for RTCP', async () => {
    expect((await open()).port % 2).toBe(0);
  });

  test.each(['PCMA', 'PCMU'] as const)('hears in %s what the other plays', async (codec) => {
    const { a, b } = await openPair({ codec, payloadType: codec === 'PCMA' ? 8 : 0 });
    const heard = listen(b);
    void a.play(tone(697));
    await vi.waitFor(() => expect(Math.abs(heard.tone().frequency - 697)).toBeLessThan(5), WAIT);
  });

  test('plays a source to its end, every frame once, at the pace of its audio', async () => {
    const { a, b } = await openPair();
    const start = performance.now();
    await a.play(tone(440, 25));
    expect(performance.now() - start).toBeGreaterThan(24 * 20 - 5);
    await vi.waitFor(() => expect(b.stats().received.packets).toBe(25), WAIT);
    expect(b.stats().received.lost).toBe(0);
  });

  test('plays an async iteration, and another source in its place', async () => {
    const { a, b } = await openPair();
    const heard = listen(b);
    const sine = createSine({ frequency: 500 });
    const ended = vi.fn();
    async function* frames() {
      try {
        for (;;) yield sine(160);
      } finally {
        ended();
      }
    }
    const first = a.play(frames());
    await vi.waitFor(() => expect(Math.abs(heard.tone().frequency - 500)).toBeLessThan(5), WAIT);
    void a.play(tone(800));
    await first;
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), WAIT);
    await vi.waitFor(() => expect(Math.abs(heard.tone().frequency - 800)).toBeLessThan(5), WAIT);
    expect(b.stats().received.lost).toBe(0);
  });

  test('tells when a source fails', async () => {
    const { a } = await openPair();
    // biome-ignore lint/correctness/useYield: it fails before its first frame
    async function* broken(): AsyncGenerator<Int16Array> {
      throw new Error('no such recording');
    }
    await expect(a.play(broken())).rejects.toThrow('no such recording');
  });

  test('echoes what it hears, until told otherwise', async () => {
    const { a, b } = await openPair();
    const heard = listen(a);
    b.echo(true);
    void a.play(tone(620));
    await vi.waitFor(() => expect(Math.abs(heard.tone().frequency - 620)).toBeLessThan(5), WAIT);
    expect(a.stats().received.lost).toBe(0);
    b.echo(false);
    const before = a.stats().received.packets;
    const sent = b.stats().received.packets;
    await vi.waitFor(() => expect(b.stats().received.packets).toBeGreaterThan(sent + 10), WAIT);
    expect(a.stats().received.packets).toBeLessThanOrEqual(before + 1);
  });

  test('sends and hears keys while it plays', async () => {
    const { a, b } = await openPair();
    const keys: string[] = [];
    b.onDtmf((digit) => keys.push(digit));
    void a.play(tone(440));
    await a.sendDtmf('12*', { toneMs: 60, gapMs: 40 });
    await vi.waitFor(() => expect(keys).toEqual(['1', '2', '*']), WAIT);
    expect(b.stats().received.lost).toBe(0);
  });

  test('learns of loss and round-trip time by RTCP', async () => {
    const { a } = await openPair();
    void a.play(tone(440));
    await vi.waitFor(
      () => {
        const { remoteReport, roundTripMs } = a.stats();
        expect(remoteReport).toMatchObject({ lost: 0, fractionLost: 0 });
        expect(roundTripMs).not.toBeNull();
      },
      { timeout: 30_000, interval: 100 },
    );
  });
});
