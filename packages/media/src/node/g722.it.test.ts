/** G.722 bit by bit against ffmpeg's, where ffmpeg is installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createG722Decoder, createG722Encoder } from '../g722.ts';
import { g722Signals } from '../testing/g722-signals.ts';

const installed = spawnSync('ffmpeg', ['-version']).status === 0;
const LIMITS = { timeout: 20_000, maxBuffer: 16 * 1024 * 1024 };
const RAW = ['-f', 's16le', '-ar', '16000', '-ac', '1'];

function ffmpeg(input: Uint8Array, ...args: string[]): Buffer {
  const options = ['-v', 'error', '-nostdin'];
  return execFileSync('ffmpeg', [...options, ...args, 'pipe:1'], { ...LIMITS, input });
}

describe.skipIf(!installed)(`G.722 and ffmpeg${installed ? '' : ' (not installed)'}`, () => {
  // Two seconds, cut into packets of 20 ms.
  describe.each(g722Signals(32_000))('$name', ({ samples }) => {
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    const octets = ffmpeg(bytes, ...RAW, '-i', 'pipe:0', '-c:a', 'g722', '-f', 'g722');

    test('are encoded alike', () => {
      const encoder = createG722Encoder();
      const packets: Uint8Array[] = [];
      for (let at = 0; at < samples.length; at += 320) {
        packets.push(encoder.encode(samples.subarray(at, at + 320)));
      }
      expect(Buffer.concat(packets).equals(octets)).toBe(true);
    });

    test('are decoded alike', () => {
      const expected = ffmpeg(octets, '-f', 'g722', '-i', 'pipe:0', '-f', 's16le');
      const decoder = createG722Decoder();
      const packets: Buffer[] = [];
      for (let at = 0; at < octets.length; at += 160) {
        const pcm = decoder.decode(octets.subarray(at, at + 160));
        packets.push(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength));
      }
      expect(Buffer.concat(packets).equals(expected)).toBe(true);
    });
  });
});
