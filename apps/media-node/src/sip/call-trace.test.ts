import { newId } from '@trunkline/contracts/ids.ts';
import { parseMessage } from '@trunkline/sip/message/parse.ts';
import { expect, test } from 'vitest';
import { FakeTime } from '../testing/fake-time.ts';
import { CallTrace, maskUser } from './call-trace.ts';

/** A message of Call-ID `c`, as seen on the wire. */
function wire(direction: 'in' | 'out', startLine: string, fromTag: string, toTag: string) {
  const to = toTag === '' ? '' : `;tag=${toTag}`;
  const text = [
    startLine,
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
    `From: <sip:20@pbx>;tag=${fromTag}`,
    `To: <sip:21@pbx>${to}`,
    'Call-ID: c',
    'CSeq: 1 INVITE',
    '',
    '',
  ].join('\r\n');
  const bytes = new TextEncoder().encode(text);
  const remote = { address: '192.0.2.1', port: 5060 };
  return {
    direction,
    at: 0,
    local: remote,
    remote,
    transport: 'udp' as const,
    message: parseMessage(bytes),
    bytes,
  };
}

function recorder() {
  const seen: string[] = [];
  const time = new FakeTime();
  const trace = new CallTrace(time, ({ callId }, { direction, startLine }) =>
    seen.push(`${names.get(callId)} ${direction} ${startLine}`),
  );
  const names = new Map<string, string>();
  const call = (name: string) => {
    const traced = { tenantId: newId('tenant'), callId: newId('call') };
    names.set(traced.callId, name);
    return traced;
  };
  return { seen, trace, time, call };
}

const invite = 'INVITE sip:21@pbx SIP/2.0';
const ringing = 'SIP/2.0 180 Ringing';

test('messages seen before their call was known are put to it', () => {
  const { seen, trace, call } = recorder();
  trace.see(wire('in', invite, 'a', ''));
  expect(seen).toEqual([]);
  trace.follow('c', null, call('taken'));
  trace.see(wire('out', ringing, 'a', 'b'));
  expect(seen).toEqual(['taken in INVITE sip:xx@pbx SIP/2.0', 'taken out SIP/2.0 180 Ringing']);
});

test('both ends of a proxied call share a Call-ID and are told apart by our tag', () => {
  const { seen, trace, call } = recorder();
  trace.follow('c', 'a', call('placed'));
  trace.see(wire('out', invite, 'a', ''));
  trace.see(wire('in', invite, 'a', ''));
  trace.follow('c', null, call('taken'));
  trace.see(wire('out', ringing, 'a', 'b'));
  trace.see(wire('in', ringing, 'a', 'b'));
  trace.see(wire('out', 'BYE sip:x@y SIP/2.0', 'b', 'a'));
  trace.see(wire('in', 'BYE sip:x@y SIP/2.0', 'b', 'a'));
  expect(seen.map((line) => line.replace('sip:xx@pbx SIP/2.0', ''))).toEqual([
    'placed out INVITE ',
    'taken in INVITE ',
    'taken out SIP/2.0 180 Ringing',
    'placed in SIP/2.0 180 Ringing',
    'taken out BYE sip:x@y SIP/2.0',
    'placed in BYE sip:x@y SIP/2.0',
  ]);
});

test('a call over is followed for a while, and a chatty one to a bound', () => {
  const { seen, trace, time, call } = recorder();
  const placed = call('placed');
  trace.follow('c', 'a', placed);
  for (let count = 0; count < 300; count++) trace.see(wire('in', ringing, 'a', 'b'));
  expect(seen).toHaveLength(200);
  trace.release('c', placed);
  time.advance(60_000);
  trace.see(wire('in', ringing, 'a', 'b'));
  expect(seen).toHaveLength(200);
});

test.each([
  ['sip:001711234567@192.0.2.1:5060', 'sip:xxxxxxxxxx67@192.0.2.1:5060'],
  ['sip:20@192.0.2.1', 'sip:xx@192.0.2.1'],
  ['sip:+49301234520@pbx.example;user=phone', 'sip:+xxxxxxxxx20@pbx.example;user=phone'],
  ['tel:+49-30-12345', 'tel:+xx-xx-xxx45'],
  ['sip:192.0.2.1:5060', 'sip:192.0.2.1:5060'],
  ['sip:alice@192.0.2.1', 'sip:alice@192.0.2.1'],
])('%s is recorded as %s', (uri, masked) => {
  expect(maskUser(uri)).toBe(masked);
});
