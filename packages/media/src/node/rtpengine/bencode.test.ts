import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bencodable, decodeBencode, encodeBencode } from './bencode.ts';

describe('bencode', () => {
  test('writes dictionaries sorted, and leaves undefined out', () => {
    const octets = encodeBencode({
      sdp: 'ä',
      command: 'ping',
      n: -7,
      flags: ['a', 1],
      no: undefined,
    });
    expect(octets.toString()).toBe('d7:command4:ping5:flagsl1:ai1ee1:ni-7e3:sdp2:äe');
  });

  test('reads what it wrote', () => {
    const { value } = fc.letrec<{ value: Bencodable }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.maxSafeInteger(),
        fc.string({ unit: 'grapheme' }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, (sent) => {
        expect(JSON.stringify(decodeBencode(encodeBencode(sent)))).toBe(
          JSON.stringify(sorted(sent)),
        );
      }),
    );
  });

  test.each([
    '',
    'i1',
    'i1.5e',
    'ie',
    '5:ab',
    '-1:a',
    'l',
    'd1:a',
    'di1ei1ee',
    'x',
    '1:ab',
    `${'l'.repeat(100)}${'e'.repeat(100)}`,
  ])('refuses %j', (text) => {
    expect(() => decodeBencode(Buffer.from(text))).toThrow(RangeError);
  });

  test('reads a key that objects have by nature', () => {
    expect(Object.keys(decodeBencode(Buffer.from('d9:__proto__i1ee')) as object)).toEqual([
      '__proto__',
    ]);
  });

  test('throws nothing but RangeError, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
        try {
          decodeBencode(octets);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

function sorted(value: Bencodable): unknown {
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item as Bencodable)]));
}
