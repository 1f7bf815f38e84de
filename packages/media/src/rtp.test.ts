import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseRtp,
  type RtpPacket,
  sequenceDistance,
  serializeRtp,
  timestampDistance,
} from './rtp.ts';

const packet: RtpPacket = {
  payloadType: 8,
  marker: true,
  sequenceNumber: 0xfffe,
  timestamp: 0xfedcba98,
  ssrc: 0x89abcdef,
  payload: Uint8Array.of(1, 2, 3, 4),
};

describe('RTP packets', () => {
  test('come back as they were serialised', () => {
    expect(parseRtp(serializeRtp(packet))).toEqual(packet);
  });

  test('have the header of RFC 3550 §5.1', () => {
    expect([...serializeRtp(packet).subarray(0, 12)]).toEqual([
      0x80, 0x88, 0xff, 0xfe, 0xfe, 0xdc, 0xba, 0x98, 0x89, 0xab, 0xcd, 0xef,
    ]);
  });

  test('lose CSRC list, header extension and padding', () => {
    const plain = serializeRtp(packet);
    const datagram = Uint8Array.from([
      0xb2, // version 2, padding, extension, two CSRC
      ...plain.subarray(1, 12),
      ...[0, 0, 0, 1, 0, 0, 0, 2],
      ...[0xbe, 0xde, 0, 1, 0x10, 0x55, 0, 0],
      ...packet.payload,
      ...[0, 0, 3],
    ]);
    expect(parseRtp(datagram)).toEqual(packet);
  });

  test.each([
    ['empty', []],
    ['shorter than the fixed header', [0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0]],
    ['another version', [0x40, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9]],
    ['RTCP', [0x80, 200, 0, 6, 0, 0, 0, 1, 0, 0, 0, 1, 9]],
    ['CSRC list beyond the end', [0x8f, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9]],
    ['extension header cut', [0x90, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xbe, 0xde]],
    ['extension beyond the end', [0x90, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0xbe, 0xde, 0, 9]],
    ['padding of zero', [0xa0, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0]],
    ['padding longer than the payload', [0xa0, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 2]],
  ])('are refused: %s', (_, bytes) => {
    expect(parseRtp(Uint8Array.from(bytes))).toBeNull();
  });

  test('never throw nor reach beyond the datagram, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const parsed = parseRtp(bytes);
        if (parsed !== null) expect(parsed.payload.length).toBeLessThanOrEqual(bytes.length - 12);
      }),
    );
  });
});

describe('distances', () => {
  test('wrap round', () => {
    expect(sequenceDistance(1, 0xffff)).toBe(2);
    expect(sequenceDistance(0xffff, 1)).toBe(-2);
    expect(timestampDistance(1, 0xffffffff)).toBe(2);
    expect(timestampDistance(0xffffffff, 1)).toBe(-2);
  });
});
