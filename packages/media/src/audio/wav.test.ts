import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSine } from './tone.ts';
import { readWav, writeWav } from './wav.ts';

const audio = { sampleRate: 8000, channels: 1, samples: createSine({ frequency: 440 })(800) };

describe('WAVE files', () => {
  test('come back as they were written', () => {
    expect(readWav(writeWav(audio))).toEqual(audio);
    const stereo = { sampleRate: 48000, channels: 2, samples: Int16Array.of(1, -1, 32767, -32768) };
    expect(readWav(writeWav(stereo))).toEqual(stereo);
  });

  test('may hold other chunks before the data', () => {
    const plain = writeWav(audio);
    const list = [...'LIST'].map((c) => c.charCodeAt(0));
    const file = Uint8Array.from([
      ...plain.subarray(0, 36),
      ...[...list, 3, 0, 0, 0, 1, 2, 3, 0],
      ...plain.subarray(36),
    ]);
    expect(readWav(file)).toEqual(audio);
  });

  test('a data length beyond the end stops at the end', () => {
    const file = writeWav(audio);
    new DataView(file.buffer).setUint32(40, 0xffffffff, true);
    expect(readWav(file)).toEqual(audio);
  });

  test('are refused when they are none, cut, or no 16-bit PCM', () => {
    expect(() => readWav(new Uint8Array(3))).toThrow('not a WAVE');
    expect(() => readWav(writeWav(audio).subarray(0, 36))).toThrow('without data');
    const alaw = writeWav(audio);
    alaw[20] = 6;
    expect(() => readWav(alaw)).toThrow('16-bit PCM');
  });

  test('nothing but RangeError is thrown, whatever the bytes', () => {
    const head = [...writeWav(audio).subarray(0, 12)];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (rest) => {
        try {
          readWav(Uint8Array.from([...head, ...rest]));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).toMatch(/WAVE|PCM/);
        }
      }),
    );
  });
});
