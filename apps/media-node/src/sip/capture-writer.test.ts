import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import type { WireEvent } from '@trunkline/sip/endpoint/wire-event.ts';
import { parseMessage } from '@trunkline/sip/message/parse.ts';
import { describe, expect, test } from 'vitest';
import { type LineEntry, tenantModel } from '../config/tenant-model.ts';
import { FakeTime } from '../testing/fake-time.ts';
import { testTenant } from '../testing/tenant.ts';
import { CaptureWriter } from './capture-writer.ts';

const pbx = '192.0.2.1';

function sip(from: string, to: string, over: { callId?: string; address?: string } = {}) {
  const { callId = 'c1', address = pbx } = over;
  const text = [
    `INVITE sip:${to}@pbx SIP/2.0`,
    'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1',
    `From: <sip:${from}@pbx>;tag=a`,
    `To: <sip:${to}@pbx>`,
    `Call-ID: ${callId}`,
    'CSeq: 2 INVITE',
    'Proxy-Authorization: Digest username="20", response="0123456789abcdef"',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  const bytes = new TextEncoder().encode(text);
  const event: WireEvent = {
    direction: 'out',
    at: 0,
    local: { address: '192.0.2.9', port: 5060 },
    remote: { address, port: 5060 },
    transport: 'udp',
    message: parseMessage(bytes),
    bytes,
  };
  return event;
}

function writer(over: { lines?: 'all' | 'first'; maxBytes?: number; minutes?: number } = {}) {
  const { lines: which = 'all', maxBytes = 1_000_000, minutes = 15 } = over;
  const time = new FakeTime();
  const { config } = testTenant();
  const [group] = config.lineGroups;
  if (!group) throw new Error('no group');
  const id = newId('capture');
  const until = new Date(time.now().getTime() + minutes * 60_000).toISOString();
  group.capture = {
    id,
    lineIds: which === 'all' ? null : group.lines.slice(0, 1).map((line) => line.id),
    until,
    maxBytes,
  };
  const entries: { now: readonly LineEntry[] } = { now: [...tenantModel(config).lines.values()] };
  const packets: NodeEventData<'capture.packet'>[] = [];
  const capture = new CaptureWriter({
    clock: time,
    lines: () => entries.now,
    isPbxOf: (_entry, { remote }) => remote.address === pbx,
    record: (_entry, packet) => packets.push(packet),
  });
  return { time, capture, packets, id, entries, config };
}

const textOf = ({ bytes }: NodeEventData<'capture.packet'>) =>
  Buffer.from(bytes, 'base64').toString();

describe('LIN-097 the SIP messages of a group while a capture runs', () => {
  test('are recorded with real addresses, credentials masked, nobody else’s', () => {
    const { capture, packets, id } = writer();
    capture.see(sip('20', '030'));
    capture.see(sip('99', '98', { callId: 'c2' }));
    capture.see(sip('20', '030', { callId: 'c3', address: '198.51.100.7' }));
    expect(packets).toMatchObject([
      { captureId: id, direction: 'out', transport: 'udp', remote: { address: pbx, port: 5060 } },
    ]);
    const [text] = packets.map(textOf);
    expect(text).toContain('INVITE sip:030@pbx SIP/2.0\r\n');
    expect(text).not.toContain('0123456789abcdef');
  });

  test('go on with their dialog, whatever its later messages name', () => {
    const { capture, packets } = writer();
    capture.see(sip('20', '030'));
    capture.see(sip('anonymous', 'b2b'));
    expect(packets).toHaveLength(2);
  });

  test('LIN-098 are of the chosen lines alone', () => {
    const { capture, packets } = writer({ lines: 'first' });
    capture.see(sip('21', '030', { callId: 'c1' }));
    capture.see(sip('030', '20', { callId: 'c2' }));
    expect(packets.map(textOf).map((text) => /Call-ID: (\S+)/.exec(text)?.[1])).toEqual(['c2']);
  });

  test('end with the time, with the bytes, and when the capture is stopped', () => {
    const timed = writer({ minutes: 1 });
    timed.time.advance(60_000);
    timed.capture.see(sip('20', '030'));
    expect(timed.packets).toEqual([]);

    const small = writer({ maxBytes: sip('20', '030').bytes.byteLength + 10 });
    small.capture.see(sip('20', '030'));
    small.capture.see(sip('20', '031'));
    expect(small.packets).toHaveLength(1);
    // A change of the configuration does not begin the count anew.
    small.entries.now = [...tenantModel(small.config).lines.values()];
    small.capture.see(sip('20', '032'));
    expect(small.packets).toHaveLength(1);

    const stopped = writer();
    for (const group of stopped.config.lineGroups) group.capture = null;
    stopped.entries.now = [...tenantModel(stopped.config).lines.values()];
    stopped.capture.see(sip('20', '030'));
    expect(stopped.packets).toEqual([]);
  });
});
