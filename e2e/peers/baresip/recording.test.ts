import { createSine } from '@trunkline/media/audio/tone.ts';
import { writeWav } from '@trunkline/media/audio/wav.ts';
import { expect, test } from 'vitest';
import { readGrowingWav } from './recording.ts';

test('reads what is there of a recording whose lengths are not filled in yet', () => {
  const samples = createSine({ frequency: 440 })(800);
  const file = Buffer.from(writeWav({ sampleRate: 8_000, channels: 1, samples }));
  file.writeUInt32LE(8, 4);
  file.writeUInt32LE(0, 40);
  expect(readGrowingWav(file)).toEqual({ sampleRate: 8_000, channels: 1, samples });
});

test('a recording without a whole header is none', () => {
  expect(readGrowingWav(Buffer.alloc(0))).toBeUndefined();
  expect(readGrowingWav(Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'))).toBeUndefined();
});
