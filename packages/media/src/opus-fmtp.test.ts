import { expect, test } from 'vitest';
import { opusSettingsFor } from './opus-fmtp.ts';

test('without format parameters our own settings hold', () => {
  expect(opusSettingsFor(undefined, { bitrate: 32_000, dtx: true })).toEqual({
    bitrate: 32_000,
    dtx: true,
  });
});

test('forward error correction and pauses only where they are wished for, the bit rate limited', () => {
  expect(opusSettingsFor('minptime=10; useinbandfec=1')).toEqual({ fec: true, dtx: false });
  expect(opusSettingsFor('maxaveragebitrate=16000;usedtx=1', { dtx: true })).toEqual({
    fec: false,
    dtx: true,
    bitrate: 16_000,
  });
  expect(opusSettingsFor('maxaveragebitrate=510000', { bitrate: 20_000 }).bitrate).toBe(20_000);
  expect(opusSettingsFor('maxaveragebitrate=x').bitrate).toBeUndefined();
});
