import { expect, test } from 'vitest';
import { SIP_LINE } from './config.ts';
import { matchesSipRecord, parseSipLine } from './sip-log.ts';

function logged(...lines: string[]): string {
  const message = Buffer.from(lines.join('\r\n')).toString('base64');
  return ` 3(4711) NOTICE: <script>: ${SIP_LINE} received 127.0.0.1:5062 ${message}`;
}

test('reads a request with compact and folded headers and a body', () => {
  const record = parseSipLine(
    logged(
      'INVITE sip:001711234567@pbx.test;user=phone SIP/2.0',
      'Via: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bK1',
      'f: "Anna" <sip:20@pbx.test>',
      ' ;tag=a',
      't: sip:001711234567@pbx.test',
      'i: one',
      'CSeq: 7 INVITE',
      '',
      'v=0',
    ),
  );
  expect(record).toMatchObject({
    direction: 'received',
    peer: '127.0.0.1:5062',
    kind: 'request',
    method: 'INVITE',
    ruri: 'sip:001711234567@pbx.test;user=phone',
    ruriUser: '001711234567',
    from: 'sip:20@pbx.test',
    to: 'sip:001711234567@pbx.test',
    toTag: false,
    callId: 'one',
    cseq: 7,
    body: 'v=0',
  });
  expect(record?.headers.get('from')).toEqual(['"Anna" <sip:20@pbx.test> ;tag=a']);
});

test('reads a response by the method it answers', () => {
  const record = parseSipLine(
    logged(
      'SIP/2.0 486 Busy Here',
      'From: <sip:20@pbx.test>;tag=a',
      'To: <sip:30@pbx.test>;tag=b',
      'Call-ID: one',
      'CSeq: 7 INVITE',
      '',
      '',
    ),
  );
  if (!record) throw new Error('not read');
  expect(record).toMatchObject({ kind: 'response', status: 486, reason: 'Busy Here', toTag: true });
  expect(matchesSipRecord(record, { method: 'INVITE', status: 486, toUser: '30' })).toBe(true);
  expect(matchesSipRecord(record, { method: 'INVITE', status: 487 })).toBe(false);
  expect(matchesSipRecord(record, { fromUser: '30' })).toBe(false);
});

test('a reply of its own tells where it went', () => {
  const head = ['CSeq: 7 INVITE', '', ''];
  const sent = (via: string) =>
    parseSipLine(
      logged('SIP/2.0 404 Not Found', `Via: SIP/2.0/${via}`, ...head).replace(
        'received 127.0.0.1:5062',
        'sent -',
      ),
    );
  expect(sent('UDP 10.0.0.1:5062;branch=z9hG4bK1;rport=4711;received=127.0.0.1')).toMatchObject({
    direction: 'sent',
    peer: '127.0.0.1:4711',
    status: 404,
  });
  expect(sent('TCP 127.0.0.1;branch=z9hG4bK1')?.peer).toBe('127.0.0.1:5060');
});

test('other lines, and what is no SIP, are passed over', () => {
  expect(parseSipLine(' 0(1) INFO: <core>: listening')).toBeUndefined();
  expect(parseSipLine(logged('hello'))).toBeUndefined();
});
