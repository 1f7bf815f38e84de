import { describe, expect, test } from 'vitest';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { sdp } from '../testing/call-pair.ts';
import { RawPeer } from '../testing/raw-peer.ts';
import { Simulation } from '../testing/simulation.ts';
import type { EarlyDialog } from './early-dialog.ts';
import type { OutgoingInviteOptions } from './outgoing-call.ts';
import { RedirectTrail } from './redirect.ts';

/** A caller and a forking proxy that says what the test wants. */
async function forking(options: Partial<OutgoingInviteOptions> = {}) {
  const sim = new Simulation();
  const { endpoint, log } = await sim.endpoint('10.0.0.1');
  const proxy = new RawPeer(
    sim.network,
    { address: '10.0.0.9', port: 5060 },
    { address: '10.0.0.1', port: 5060 },
  );
  const call = endpoint.invite({
    requestUri: 'sip:20@10.0.0.9',
    to: 'sip:20@x.example',
    from: 'sip:10@x.example',
    contactUser: '10',
    body: sdp('caller'),
    ...options,
  });
  await sim.run(10);
  const requests = (method: string) =>
    proxy.received.filter(
      (message): message is SipRequest => message.kind === 'request' && message.method === method,
    );
  /** A response to the INVITE, or to another request. */
  const respond = async (
    status: string,
    tag: string,
    body = '',
    headers: string[] = [],
    to: SipRequest | undefined = requests('INVITE')[0],
  ) => {
    const copy = (key: string) => to?.headers.get(key) ?? '';
    const tagged = copy('to').includes('tag=') ? copy('to') : `${copy('to')};tag=${tag}`;
    proxy.send(
      [
        `SIP/2.0 ${status}`,
        `Via: ${copy('via')}`,
        `From: ${copy('from')}`,
        `To: ${tagged}`,
        `Call-ID: ${copy('call-id')}`,
        `CSeq: ${copy('cseq')}`,
        `Contact: <sip:${tag}@10.0.0.9:5060>`,
        ...(body === '' ? [] : ['Content-Type: application/sdp']),
        ...headers,
      ],
      body,
    );
    await sim.run(10);
  };
  return { sim, endpoint, log, proxy, call, respond, requests };
}

const tagOfTo = (message: SipRequest | SipResponse) => message.to.params.get('tag');

describe('forked calls (RFC 3261 §12.1, §13.2.2.4)', () => {
  test('each branch is a dialog with a session of its own', async () => {
    const { call, respond } = await forking();
    const early: EarlyDialog[] = [];
    const progress: string[] = [];
    call.on('early', (dialog) => {
      early.push(dialog);
      dialog.on('progress', ({ statusCode }) => progress.push(`${dialog.remoteTag} ${statusCode}`));
    });
    await respond('180 Ringing', 'a');
    await respond('183 Session Progress', 'b', sdp('b'));
    await respond('183 Session Progress', 'a', sdp('a'));
    expect(
      early.map(({ remoteTag, status, sdp: text, state }) => [remoteTag, status, text, state]),
    ).toEqual([
      ['a', 183, sdp('a'), 'early'],
      ['b', 183, sdp('b'), 'early'],
    ]);
    expect(progress).toEqual(['a 180', 'b 183', 'a 183']);
    expect(call.dialog).toBeUndefined();
    await respond('200 OK', 'b', sdp('b'));
    expect(early.map(({ state }) => state)).toEqual(['terminated', 'confirmed']);
    expect(call.dialog?.remoteTag).toBe('b');
    // A provisional response of the other branch comes late and changes nothing.
    await respond('180 Ringing', 'a');
    expect(call.state).toBe('confirmed');
  });

  test.each([
    ['that rang before', true],
    ['that is new', false],
  ])('the answer of a second branch %s is acknowledged and ended by BYE', async (_name, rang) => {
    const { call, respond, requests, sim } = await forking();
    const told: string[] = [];
    call.on('answered', (response) => told.push(`answered ${tagOfTo(response)}`));
    call.on('ended', ({ by }) => told.push(`ended ${by}`));
    if (rang) await respond('180 Ringing', 'b');
    await respond('200 OK', 'a', sdp('a'));
    await respond('200 OK', 'b', sdp('b'));
    await respond('200 OK', 'b', sdp('b'));
    expect(told).toEqual(['answered a']);
    expect(requests('ACK').map(tagOfTo)).toEqual(['a', 'b', 'b']);
    expect(requests('BYE').map(tagOfTo)).toEqual(['b']);
    expect(requests('BYE')[0]?.uri).toBe('sip:b@10.0.0.9:5060');
    await respond('200 OK', 'b', '', [], requests('BYE')[0]);
    // The first branch is not touched by the end of the second.
    void call.bye();
    await sim.run(10);
    expect(requests('BYE').map(tagOfTo)).toEqual(['b', 'a']);
  });

  test('a call that is over still acknowledges its answer again, and ends other branches', async () => {
    const { sim, call, respond, requests } = await forking();
    const told: string[] = [];
    for (const event of ['answered', 'failed', 'ended'] as const) {
      call.on(event, () => told.push(event));
    }
    await respond('200 OK', 'a', sdp('a'));
    void call.bye();
    await sim.run(10);
    const [bye] = requests('BYE');
    await respond('200 OK', 'a', '', [], bye);
    expect(requests('ACK').map(tagOfTo)).toEqual(['a']);
    await respond('200 OK', 'a', sdp('a'));
    await respond('200 OK', 'b', sdp('b'));
    await respond('200 OK', 'b', sdp('b'));
    expect(requests('ACK').map(tagOfTo)).toEqual(['a', 'a', 'b', 'b']);
    expect(requests('ACK').map(({ cseq }) => cseq.seq)).toEqual([1, 1, 1, 1]);
    expect(requests('BYE').map((each) => [tagOfTo(each), each.cseq.seq])).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    expect(told).toEqual(['answered', 'ended']);
  });

  test('reliable responses are acknowledged in order; repeats and those that overtook are dropped', async () => {
    const { call, respond, requests } = await forking();
    const seen: number[] = [];
    call.on('provisional', ({ statusCode }) => seen.push(statusCode));
    const reliable = (rseq: number) => ['Require: 100rel', `RSeq: ${rseq}`];
    await respond('180 Ringing', 'a', '', reliable(7));
    await respond('182 Queued', 'a', '', reliable(9));
    await respond('180 Ringing', 'a', '', reliable(7));
    await respond('181 Forwarded', 'a', '', reliable(8));
    await respond('182 Queued', 'a', '', reliable(9));
    await respond('183 Progress', 'a', '', ['Require: 100rel', 'RSeq: noise']);
    // Each branch counts for itself.
    await respond('180 Ringing', 'b', '', reliable(3));
    expect(seen).toEqual([180, 181, 182, 180]);
    expect([...new Set(requests('PRACK').map((prack) => prack.headers.get('rack')))]).toEqual([
      '7 1 INVITE',
      '8 1 INVITE',
      '9 1 INVITE',
      '3 1 INVITE',
    ]);
  });

  test('it rings for ever: CANCEL after timer C, failed by timeout', async () => {
    const { sim, call, respond, requests } = await forking();
    const failures: string[] = [];
    call.on('failed', ({ cause, statusCode }) => failures.push(`${cause} ${statusCode}`));
    await respond('180 Ringing', 'a');
    await sim.run(180_000);
    expect(requests('CANCEL').length).toBeGreaterThan(0);
    await sim.run(40_000);
    expect(failures).toEqual(['timeout 408']);
  });
});

describe('identity (RFC 3323, 3325, 3326, 5806, 7044)', () => {
  test('what an INVITE tells, and what the answer tells', async () => {
    const { call, respond, requests } = await forking({
      assertedIdentity: '"Anna" <sip:+4930123@x.example>',
      privacy: ['id'],
      diversion: [{ uri: 'sip:20@x.example', reason: 'no-answer', counter: 1 }],
      historyInfo: [{ uri: 'sip:20@x.example', index: '1' }],
      reason: { cause: 302, text: 'Moved' },
    });
    const headers = requests('INVITE')[0]?.headers;
    expect(headers?.get('p-asserted-identity')).toBe('"Anna" <sip:+4930123@x.example>');
    expect(headers?.get('privacy')).toBe('id');
    expect(headers?.get('diversion')).toBe('<sip:20@x.example>;reason=no-answer;counter=1');
    expect(headers?.get('history-info')).toBe('<sip:20@x.example>;index=1');
    expect(headers?.get('reason')).toBe('SIP;cause=302;text="Moved"');
    await respond('200 OK', 'a', sdp('a'), ['P-Asserted-Identity: "Ben" <sip:21@x.example>']);
    expect(call.identity?.asserted[0]).toMatchObject({ displayName: 'Ben' });
  });

  test('the reason of a failure (RFC 6432) and of a BYE', async () => {
    const { call, respond } = await forking();
    const told: unknown[] = [];
    call.on('failed', ({ reason }) => told.push(reason));
    await respond('486 Busy Here', 'a', '', ['Reason: Q.850;cause=17;text="User busy"']);
    expect(told).toEqual([{ protocol: 'Q.850', cause: 17, text: 'User busy' }]);
  });
});

describe('redirection (RFC 3261 §8.1.3.4)', () => {
  test('contacts by falling q, then failed', async () => {
    const { call, respond } = await forking();
    const told: string[] = [];
    call.on('redirected', (contacts) =>
      told.push(contacts.map(({ uriText }) => uriText).join(' ')),
    );
    call.on('failed', ({ statusCode }) => told.push(String(statusCode)));
    await respond('302 Moved Temporarily', 'a', '', [
      'Contact: <sip:1@x.example>;q=0.2, <sip:2@x.example>;q=0.9',
    ]);
    expect(told).toEqual(['sip:a@10.0.0.9:5060 sip:2@x.example sip:1@x.example', '302']);
  });

  test('a trail follows no target twice and ends after five', () => {
    const start: OutgoingInviteOptions = {
      requestUri: 'sip:0@x.example',
      to: 'sip:0@x.example',
      from: 'sip:1@x.example',
      contactUser: '1',
      body: '',
      outboundProxy: { host: 'p.example', port: 5060, transport: 'udp' },
    };
    const contact = (n: number) => ({
      displayName: '',
      uriText: `sip:${n}@x.example?X=y`,
      uri: {
        ...({ kind: 'sip', scheme: 'sip', password: undefined, host: 'x.example' } as const),
        user: String(n),
        port: undefined,
        params: new Map(),
        headers: 'X=y',
      },
      params: new Map(),
    });
    const trail = new RedirectTrail(start);
    // Back to where it came from: no target, the header fields of a Contact do not count.
    expect(trail.follow([contact(0)])).toBeUndefined();
    expect(trail.follow([contact(1), contact(2)])).toMatchObject({
      requestUri: 'sip:1@x.example',
      outboundProxy: { host: 'p.example' },
    });
    expect(trail.follow([])?.requestUri).toBe('sip:2@x.example');
    expect(trail.follow([contact(1), contact(3)], false)).not.toHaveProperty('outboundProxy');
    expect(trail.follow([contact(4)])?.requestUri).toBe('sip:4@x.example');
    expect(trail.follow([contact(5)])?.requestUri).toBe('sip:5@x.example');
    expect(trail.follow([contact(6)])).toBeUndefined();
  });
});
