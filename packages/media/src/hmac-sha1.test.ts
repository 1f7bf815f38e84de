import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { HmacSha1 } from './hmac-sha1.ts';

const bytes = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17) & 0xff);
const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

test('equals the library for every length around the blocks, with and without a last word', () => {
  for (const keyLength of [0, 16, 20, 64]) {
    const key = bytes(keyLength, 3);
    const hmac = new HmacSha1(key);
    for (let length = 0; length <= 200; length++) {
      const message = bytes(length + 5, length);
      const expected = createHmac('sha1', key).update(message.subarray(0, length));
      expect(hex(hmac.digest(message, length))).toBe(expected.digest('hex'));
      const word = Buffer.from([0xfe, 1, 2, length]);
      const withWord = createHmac('sha1', key).update(message.subarray(0, length)).update(word);
      expect(hex(hmac.digest(message, length, word.readUInt32BE()))).toBe(withWord.digest('hex'));
    }
  }
});

test('refuses a key longer than a block', () => {
  expect(() => new HmacSha1(new Uint8Array(65))).toThrow(RangeError);
});
