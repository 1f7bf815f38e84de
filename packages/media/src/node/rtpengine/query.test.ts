import { expect, test } from 'vitest';
import { decodeBencode, encodeBencode } from './bencode.ts';
import { readQuery, readUptime } from './query.ts';

const stream = (packets: number, more: Record<string, unknown> = {}) => ({
  endpoint: { family: 'IPv4', address: '127.0.0.1', port: 46009 },
  flags: ['RTP', 'filled'],
  SSRC: 7,
  stats: { packets, bytes: packets * 172, errors: 3 },
  ...more,
});

function decoded(value: unknown) {
  const reply = decodeBencode(encodeBencode(value as Parameters<typeof encodeBencode>[0]));
  if (typeof reply !== 'object' || Array.isArray(reply)) throw new Error('no dictionary');
  return reply;
}

test('sides are read with their counters, DTLS and what they report', () => {
  const { sides } = readQuery(
    decoded({
      tags: {
        near: {
          medias: [
            {
              flags: ['ICE', 'DTLS-SRTP'],
              streams: [
                stream(83, {
                  'crypto suite': 'AEAD_AES_128_GCM',
                  flags: ['RTP', 'DTLS fingerprint verified'],
                }),
                stream(4),
              ],
            },
          ],
        },
        leg: { medias: [{ flags: [], streams: [stream(10, { SSRC: 8 })] }] },
      },
      SSRC: {
        '7': {
          'cumulative loss': 12,
          'MOS progression': {
            entries: [
              { 'packet loss': 50, jitter: 1, 'round-trip time leg': 0 },
              { 'packet loss': 2, jitter: 5, 'round-trip time leg': 34_000 },
            ],
          },
        },
      },
    }),
  );
  expect(sides.near).toEqual({
    packets: 83,
    bytes: 83 * 172,
    errors: 3,
    rtcpPackets: 4,
    endpoint: { address: '127.0.0.1', port: 46009 },
    isDtlsUp: true,
    isIce: true,
    isSrtp: true,
    report: { fractionLost: 0.02, jitterMs: 5, roundTripMs: 34 },
  });
  expect(sides.leg).toMatchObject({ packets: 10, isDtlsUp: false, report: undefined });
});

test('what is missing or of another type is left out', () => {
  expect(readQuery(decoded({})).sides).toEqual({ near: undefined, leg: undefined });
  const odd = decoded({ tags: { near: [], leg: { medias: [{ streams: [{ stats: 'x' }] }] } } });
  expect(readQuery(odd).sides.leg).toMatchObject({ packets: 0, endpoint: undefined });
});

test('the uptime is read as text or number', () => {
  expect(readUptime(decoded({ statistics: { totalstatistics: { uptime: '211' } } }))).toBe(211);
  expect(readUptime(decoded({ statistics: { totalstatistics: { uptime: 5 } } }))).toBe(5);
  expect(readUptime(decoded({}))).toBeUndefined();
});
