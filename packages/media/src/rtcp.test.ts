import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactNtp, ntpTime, parseRtcp, roundTripMs, serializeRtcp } from './rtcp.ts';

const block = {
  ssrc: 0x89abcdef,
  fractionLost: 51,
  lost: -3,
  highestSequence: 0x00010005,
  jitter: 12,
  lastSenderReport: 0xb7052000,
  delaySinceLastSenderReport: 0x00054000,
};
const sender = {
  ntp: { seconds: 0xb44db705, fraction: 0x20000000 },
  timestamp: 7,
  packets: 9,
  bytes: 1440,
};

describe('RTCP', () => {
  test('reports come back as they were serialised', () => {
    const report = { ssrc: 1, sender, blocks: [block] };
    expect(parseRtcp(serializeRtcp(report, 'x'))).toEqual({ reports: [report], byes: [] });
    const receiver = { ssrc: 2, blocks: [] };
    expect(parseRtcp(serializeRtcp(receiver, 'name', { bye: true }))).toEqual({
      reports: [receiver],
      byes: [2],
    });
  });

  test('have the layout of RFC 3550 §6.4.2 and §6.5', () => {
    expect([...serializeRtcp({ ssrc: 0x01020304, blocks: [] }, 'ab')]).toEqual([
      ...[0x80, 201, 0, 1, 1, 2, 3, 4],
      ...[0x81, 202, 0, 3, 1, 2, 3, 4, 1, 2, 97, 98, 0, 0, 0, 0],
    ]);
  });

  test.each([
    ['empty', []],
    ['no report first', [0x81, 202, 0, 1, 0, 0, 0, 1]],
    ['another version', [0x40, 201, 0, 1, 0, 0, 0, 1]],
    ['longer than the datagram', [0x80, 201, 0, 2, 0, 0, 0, 1]],
    ['more blocks than there is room for', [0x81, 201, 0, 1, 0, 0, 0, 1]],
    ['a sender report too short', [0x80, 200, 0, 1, 0, 0, 0, 1]],
  ])('are refused: %s', (_, bytes) => {
    expect(parseRtcp(Uint8Array.from(bytes))).toBeNull();
  });

  test('never throw, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        bytes[0] = 0x81;
        bytes[1] = 200;
        parseRtcp(bytes);
      }),
    );
  });
});

describe('round-trip time', () => {
  test('is that of the example in RFC 3550 figure 2', () => {
    expect(roundTripMs(block, 0xb7108000)).toBe(6125);
  });

  test('is unknown without a report of ours or when it makes no sense', () => {
    expect(roundTripMs({ ...block, lastSenderReport: 0 }, 0xb7108000)).toBeNull();
    expect(roundTripMs(block, 0xb7050000)).toBeNull();
  });

  test('NTP time counts from 1900', () => {
    expect(ntpTime(500)).toEqual({ seconds: 2_208_988_800, fraction: 2 ** 31 });
    expect(compactNtp(sender.ntp)).toBe(0xb7052000);
  });
});
