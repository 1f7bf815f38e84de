import { expect, test } from 'vitest';
import type { EngineSettings } from '../engine.ts';
import { shareSettings } from './engine-pool.ts';

const SETTINGS: EngineSettings = {
  announcedAddresses: ['127.0.0.1'],
  rtpPortMin: 20_001,
  rtpPortMax: 20_021,
  icePortRange: { min: 30_000, max: 30_006 },
  maxBridges: 10,
  silentAfterMs: 1000,
};

test('VOX-121 the port ranges are shared out without overlap and without rest', () => {
  const shares = shareSettings(SETTINGS, 3);
  expect(shares.map(({ rtpPortMin, rtpPortMax }) => [rtpPortMin, rtpPortMax])).toEqual([
    [20_002, 20_007],
    [20_008, 20_013],
    [20_014, 20_021],
  ]);
  expect(shares.map(({ icePortRange }) => icePortRange)).toEqual([
    { min: 30_000, max: 30_001 },
    { min: 30_002, max: 30_003 },
    { min: 30_004, max: 30_006 },
  ]);
});

test('any free port stays any free port, and too few ports are refused', () => {
  const { icePortRange: _, ...anyIce } = SETTINGS;
  const free = { ...anyIce, rtpPortMin: 0, rtpPortMax: 0 };
  expect(shareSettings(free, 2)).toEqual([free, free]);
  expect(() => shareSettings({ ...anyIce, rtpPortMax: 20_006 }, 3)).toThrow('ports');
  expect(() => shareSettings({ ...free, icePortRange: { min: 5000, max: 5001 } }, 3)).toThrow(
    'ports',
  );
});
