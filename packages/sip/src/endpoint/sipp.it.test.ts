import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { WireLog } from '../testing/wire-log.ts';
import { SipEndpoint } from './endpoint.ts';
import type { IncomingCall } from './incoming-call.ts';

const hasSipp = spawnSync('which', ['sipp']).status === 0;
const undo: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const SDP =
  'v=0\r\no=ours 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';
const OFFER = `v=0
o=sipp 1 [cseq] IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio 9 RTP/AVP 0
`;

/** A request of the scenario; all but the first INVITE are inside the dialog. */
function send(method: string, seq: number, headers: string[] = [], body = ''): string {
  const first = method === 'INVITE' && seq === 1;
  const uri = first ? 'sip:20@[remote_ip]:[remote_port]' : '[next_url]';
  const repeated = method === 'ACK' ? '' : ' retrans="500"';
  const text = [
    `${method} ${uri} SIP/2.0`,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    'From: <sip:sipp@[local_ip]:[local_port]>;tag=[pid]s[call_number]',
    `To: <sip:20@[remote_ip]:[remote_port]>${first ? '' : '[peer_tag_param]'}`,
    'Call-ID: [call_id]',
    `CSeq: ${seq} ${method}`,
    'Contact: <sip:sipp@[local_ip]:[local_port]>',
    'Max-Forwards: 70',
    ...headers,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    'Content-Length: [len]',
    '',
    body.replaceAll('\n', '\r\n'),
  ].join('\n');
  return `<send${repeated}><![CDATA[\n${text}\n]]></send>`;
}

const expectStatus = (status: number, inside = '') =>
  `<recv response="${status}"${status === 100 ? ' optional="true"' : ' rrs="true"'}>${inside}</recv>`;

const ok = `<send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:sipp@[local_ip]:[local_port]>
Content-Length: 0

]]></send>`;

/** Takes a header's value, which must match; `$n` of later messages. */
const take = (variable: number, header: string, pattern: string) =>
  `<action><ereg regexp="${pattern}" search_in="hdr" header="${header}:" check_it="true" assign_to="${variable}"/></action>`;

async function play(steps: string[], onCall: (call: IncomingCall) => void) {
  const log = new WireLog();
  const endpoint = await SipEndpoint.listen({
    listeners: [{ transport: 'udp', bindAddress: '127.0.0.1', port: 0 }],
    userAgent: 'interop',
    onMessage: log.record,
  });
  undo.push(() => endpoint.close());
  endpoint.onInvite(onCall);
  const folder = await mkdtemp(join(tmpdir(), 'sipp-'));
  undo.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'scenario.xml');
  const used = [...steps.join('').matchAll(/assign_to="(\d+)"/g)].map(([, n]) => n);
  const reference = used.length === 0 ? '' : `<Reference variables="${used.join(',')}"/>`;
  await writeFile(
    file,
    `<?xml version="1.0"?><scenario name="s">${steps.join('\n')}${reference}</scenario>`,
  );
  const args = ['-sf', file, `127.0.0.1:${endpoint.localPort}`, '-i', '127.0.0.1', '-m', '1'];
  const status = await new Promise<number>((resolve) => {
    const child = execFile(
      'sipp',
      [...args, '-nostdin', '-timeout', '15', '-timeout_error'],
      { cwd: folder, timeout: 20_000 },
      (error) => resolve(error === null ? 0 : typeof error.code === 'number' ? error.code : -1),
    );
    undo.push(() => void child.kill());
  });
  return { status, log, endpoint };
}

describe.skipIf(!hasSipp)('SIPp plays odd flows', () => {
  test('100rel required, session timer, UPDATE, re-INVITE, BYE with a reason', async () => {
    const reasons: unknown[] = [];
    const { status, log } = await play(
      [
        send('INVITE', 1, ['Require: 100rel', 'Supported: timer', 'Session-Expires: 60'], OFFER),
        expectStatus(100),
        expectStatus(422, take(1, 'Min-SE', '90')),
        '<send><![CDATA[\nACK sip:20@[remote_ip]:[remote_port] SIP/2.0\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\nCSeq: 1 ACK\nContent-Length: 0\n\n]]></send>',
        send(
          'INVITE',
          2,
          [
            'Require: 100rel',
            'Supported: timer',
            'Session-Expires: 90;refresher=uac',
            'Min-SE: 90',
          ],
          OFFER,
        )
          .replace('INVITE [next_url]', 'INVITE sip:20@[remote_ip]:[remote_port]')
          .replace('[peer_tag_param]', ''),
        expectStatus(100),
        expectStatus(183, take(2, 'RSeq', '[0-9]+')),
        send('PRACK', 3, ['RAck: [$2] 2 INVITE']),
        expectStatus(200),
        expectStatus(200, take(3, 'Session-Expires', '90;refresher=uac')),
        send('ACK', 2),
        send('UPDATE', 4, ['Supported: timer', 'Session-Expires: 90;refresher=uac']),
        expectStatus(200, take(4, 'Session-Expires', '90;refresher=uac')),
        send('INVITE', 5, ['Supported: timer'], OFFER),
        expectStatus(100),
        expectStatus(200),
        send('ACK', 5),
        send('BYE', 6, ['Reason: Q.850;cause=16;text="done"']),
        expectStatus(200),
      ],
      (call) => {
        call.on('reinvite', (reinvite) => reinvite.accept(SDP));
        call.on('ended', ({ reason }) => reasons.push(reason));
        call.progress(183, { body: SDP });
        call.answer(SDP);
      },
    );
    expect(log.lines.join('\n')).toContain('> 422 INVITE');
    expect(status).toBe(0);
    expect(reasons).toEqual([{ protocol: 'Q.850', cause: 16, text: 'done' }]);
  }, 30_000);

  test('a blind transfer: REFER, 202, NOTIFY until the end', async () => {
    const targets: string[] = [];
    const { status } = await play(
      [
        send('INVITE', 1, [], OFFER),
        expectStatus(100),
        expectStatus(200),
        send('ACK', 1),
        send('REFER', 2, ['Refer-To: <sip:30@example.org>', 'Referred-By: <sip:sipp@example.org>']),
        expectStatus(202),
        '<recv request="NOTIFY"><action><ereg regexp="active;expires=[0-9]+" search_in="hdr" header="Subscription-State:" check_it="true" assign_to="1"/></action></recv>',
        ok,
        '<recv request="NOTIFY"><action><ereg regexp="terminated;reason=noresource" search_in="hdr" header="Subscription-State:" check_it="true" assign_to="2"/><ereg regexp="SIP/2.0 200 OK" search_in="body" check_it="true" assign_to="3"/></action></recv>',
        ok,
        send('BYE', 3),
        expectStatus(200),
      ],
      (call) => {
        call.on('refer', (refer) => {
          targets.push(refer.referTo.target);
          refer.accept();
          refer.notify(200);
        });
        call.answer(SDP);
      },
    );
    expect(status).toBe(0);
    expect(targets).toEqual(['sip:30@example.org']);
  }, 30_000);
});
