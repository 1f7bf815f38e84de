import type { CallView } from '@trunkline/contracts/calls.ts';
import { expect, test } from 'vitest';
import { createLegWatch } from './leg-watch.ts';
import type { MediaSample } from './quality.ts';

const connected = { state: 'connected', held: false, remoteHeld: false } as CallView;

/** A path that brings `packets` a second, looked at every second. */
function path() {
  let at = 0;
  let received = 0;
  let energy = 0;
  const now = { packets: 50, energy: 0 };
  const watch = createLegWatch({
    sample: async (): Promise<MediaSample> => {
      at += 1_000;
      received += now.packets;
      energy += now.energy;
      return {
        at,
        packetsReceived: received,
        packetsLost: 0,
        jitter: 0.003,
        roundTrip: 0.02,
        energy,
        codec: 'PCMA',
      };
    },
  });
  return { watch, now };
}

test('two seconds without a packet are silence, unless somebody holds the call', async () => {
  const { watch, now } = path();
  expect(await watch.look(connected)).toBeUndefined();
  expect(await watch.look(connected)).toMatchObject({
    quality: 3,
    silent: false,
    received: { codec: 'PCMA', lossPercent: 0, jitterMs: 3, roundTripMs: 20 },
  });
  now.packets = 0;
  expect(await watch.look(connected)).toMatchObject({ quality: 0, silent: false });
  expect(await watch.look(connected)).toMatchObject({ quality: 0, silent: true });
  for (const held of [{ held: true }, { remoteHeld: true }])
    expect(await watch.look({ ...connected, ...held })).toMatchObject({ silent: false });
  // Taken back: the time of the hold does not count.
  expect(await watch.look(connected)).toMatchObject({ silent: false });
  expect(await watch.look(connected)).toMatchObject({ silent: true });
});

test('what is heard before the answer is the far end’s own tone', async () => {
  const { watch, now } = path();
  await watch.look(undefined);
  await watch.look(undefined);
  expect(watch.heard).toBe(false);
  now.energy = 0.01;
  await watch.look(undefined);
  expect(watch.heard).toBe(true);
});
