import type { TimelineEvent } from '@trunkline/contracts/call-records.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import { describe, expect, test } from 'vitest';
import { formatOffset, ladderOf, startLineParts } from './ladder-rows.ts';

function event(type: string, data: unknown, offsetMs = 0): TimelineEvent {
  return { id: newId('event'), occurredAt: '2026-11-23T09:15:00.000Z', offsetMs, type, data };
}
const sip = (direction: 'in' | 'out', startLine: string, leg = 'rtp') =>
  event('sip.message', { direction, startLine, leg, cseq: '1 INVITE', peer: 'pbx' });

describe('ladderOf', () => {
  test('SIP messages go between the telephone system and the node, failures stand out', () => {
    const { rows, lanes } = ladderOf([
      sip('out', 'INVITE sip:3x@pbx SIP/2.0'),
      sip('in', 'SIP/2.0 407 Proxy Authentication Required'),
      sip('in', 'SIP/2.0 180 Ringing'),
      sip('in', 'SIP/2.0 486 Busy Here'),
      sip('in', 'SIP/2.0 200 OK'),
    ]);
    expect(lanes).toEqual(['client', 'node', 'pbx']);
    expect(rows.map(({ from, to, tone }) => [from, to, tone])).toEqual([
      ['node', 'pbx', 'plain'],
      ['pbx', 'node', 'plain'],
      ['pbx', 'node', 'plain'],
      ['pbx', 'node', 'bad'],
      ['pbx', 'node', 'good'],
    ]);
    expect(rows[0]?.text).toEqual({ sip: 'INVITE sip:3x@pbx SIP/2.0' });
  });

  test('a second leg has a lane of its own', () => {
    expect(ladderOf([sip('out', 'INVITE sip:4x@pbx SIP/2.0', 'far')]).lanes).toEqual([
      'client',
      'node',
      'pbx',
      'far',
    ]);
  });

  test('notes stand at the lane they are about', () => {
    const quality = { codec: 'PCMA', encrypted: false, lossPercent: 8, jitterMs: 30 };
    const { rows } = ladderOf([
      event('call.ringing', { userId: newId('user'), devices: 2 }),
      event('call.media', { state: 'silent', side: 'rtp', codec: null, encrypted: null }),
      event('call.quality', {
        side: 'webrtc',
        final: true,
        quality: { ...quality, roundTripMs: null, mos: 2.71 },
      }),
      event('call.ended', { by: 'remote', cause: 'normal', sipCode: null, text: '' }),
    ]);
    expect(rows.map(({ from, to, tone }) => [from, to, tone])).toEqual([
      ['node', 'client', 'plain'],
      ['pbx', 'pbx', 'bad'],
      ['client', 'client', 'bad'],
      ['pbx', 'pbx', 'good'],
    ]);
    expect(rows[0]?.text).toEqual({ key: 'rings', values: { count: 2 } });
    expect(rows[2]?.text).toEqual({ key: 'quality', values: { mos: '2.7', loss: '8.0' } });
  });

  test('an event of a newer node is shown by its name; a measurement without a value is not', () => {
    const { rows } = ladderOf([
      event('call.telepathy', { strength: 9 }),
      event('call.quality', { side: 'rtp', final: false, quality: { mos: null } }),
    ]);
    expect(rows).toMatchObject([{ text: { key: 'other', values: { type: 'call.telepathy' } } }]);
  });
});

test('an outgoing call is answered by the other side, an incoming one by a client', () => {
  const answered = event('call.answered', { userId: newId('user'), deviceId: null });
  const lanesOf = (direction: string) => {
    const { rows } = ladderOf([event('call.started', { direction, lineNumber: '20' }), answered]);
    return [rows[1]?.from, rows[1]?.to];
  };
  expect(lanesOf('outgoing')).toEqual(['node', 'client']);
  expect(lanesOf('incoming')).toEqual(['client', 'node']);
});

test.each([
  ['SIP/2.0 407 Proxy Authentication Required', '407', 'Proxy Authentication Required'],
  ['SIP/2.0 200', '200', ''],
  ['INVITE sip:xx@pbx.example SIP/2.0', 'INVITE', 'sip:xx@pbx.example'],
  ['something else', 'something', 'else'],
])('the start line %s is read as %s', (line, head, rest) => {
  expect(startLineParts(line)).toEqual({ head, rest });
});

test.each([
  [0, '0.000'],
  [120, '0.120'],
  [59_999, '59.999'],
  [60_000, '1:00.0'],
  [185_120, '3:05.1'],
  [-40, '−0.040'],
])('%i ms after the beginning is written %s', (ms, text) => {
  expect(formatOffset(ms)).toBe(text);
});
