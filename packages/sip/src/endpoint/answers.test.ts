import { describe, expect, test } from 'vitest';
import { RawPeer } from '../testing/raw-peer.ts';
import { Simulation } from '../testing/simulation.ts';
import type { SipEndpointOptions } from './endpoint.ts';
import type { IncomingCall } from './incoming-call.ts';

interface RequestParts {
  branch?: string;
  seq?: number;
  toTag?: string;
  via?: string;
  headers?: string[];
}

/** Lines of a request from the raw peer. */
function lines(method: string, parts: RequestParts = {}): string[] {
  const { branch = `b${method}${parts.seq ?? 1}`, seq = 1, toTag } = parts;
  return [
    `${method} sip:20@10.0.0.1 SIP/2.0`,
    parts.via ?? `Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK${branch}`,
    'From: <sip:10@x.example>;tag=peer',
    `To: <sip:20@x.example>${toTag === undefined ? '' : `;tag=${toTag}`}`,
    'Call-ID: call-1',
    `CSeq: ${seq} ${method === 'CANCEL' ? 'CANCEL' : method}`,
    'Max-Forwards: 70',
    'Contact: <sip:10@10.0.0.9:5060>',
    ...(parts.headers ?? []),
  ];
}

/** A session description beside a part of another type. */
function parts(type: string, handling = 'required'): string {
  const other = `Content-Type: ${type}\r\nContent-Disposition: render;handling=${handling}\r\n\r\nx`;
  return `--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b\r\n${other}\r\n--b--`;
}

async function setUp(options: Partial<SipEndpointOptions> = {}) {
  const sim = new Simulation();
  const { endpoint, log } = await sim.endpoint('10.0.0.1', options);
  const peer = new RawPeer(
    sim.network,
    { address: '10.0.0.9', port: 5060 },
    { address: '10.0.0.1', port: 5060 },
  );
  const calls: IncomingCall[] = [];
  endpoint.onInvite((call) => calls.push(call));
  const send = async (method: string, parts: RequestParts = {}, body = '') => {
    peer.send(lines(method, parts), body);
    await sim.run(10);
  };
  /** An answered and acknowledged call; gives its To tag. */
  const establish = async () => {
    await send('INVITE');
    calls[0]?.answer('v=0\r\n');
    await sim.run(10);
    const toTag = peer.responses('INVITE').at(-1)?.to.params.get('tag') ?? '';
    await send('ACK', { branch: 'ack', toTag });
    expect(calls[0]?.state).toBe('confirmed');
    return toTag;
  };
  return { sim, endpoint, log, peer, calls, send, establish };
}

describe('what a user agent answers by itself', () => {
  test('OPTIONS: 200 with Allow and Accept', async () => {
    const { send, peer } = await setUp();
    await send('OPTIONS');
    const [response] = peer.responses();
    expect(response?.statusCode).toBe(200);
    expect(response?.headers.get('allow')).toBe(
      'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, REFER, NOTIFY',
    );
    expect(response?.headers.get('accept')).toBe('application/sdp');
  });

  test.each([
    ['BYE', 481],
    ['INFO', 481],
    ['CANCEL', 481],
    ['REFER', 403],
    ['PRACK', 481],
    ['UPDATE', 481],
    ['NOTIFY', 481],
    ['SUBSCRIBE', 405],
    ['MESSAGE', 405],
    ['PUBLISH', 405],
    ['FOO', 501],
    ['REGISTER', 405],
  ])('%s out of the blue: %i', async (method, status) => {
    const { send, peer } = await setUp();
    await send(method);
    expect(peer.statuses()).toEqual([status]);
    if (status === 405 || status === 501) {
      expect(peer.responses()[0]?.headers.get('allow')).toContain('INVITE');
    }
  });

  test('an unknown dialog: 481, an ACK for one: silence', async () => {
    const { send, peer } = await setUp();
    await send('BYE', { toTag: 'nobody' });
    await send('INVITE', { toTag: 'nobody' });
    await send('ACK', { branch: 'other', toTag: 'nobody' });
    expect(peer.statuses()).toEqual([481, 481]);
  });

  test('Require: 420 lists what is not supported', async () => {
    const { send, peer } = await setUp();
    await send('INVITE', { headers: ['Require: 100rel, x-foo', 'Require: timer'] });
    const [response] = peer.responses();
    expect(response?.statusCode).toBe(420);
    expect(response?.headers.get('unsupported')).toBe('x-foo');
  });

  test.each([
    [['Content-Type: text/plain'], 'hello', 415],
    [['Content-Type: application/sdp', 'Content-Encoding: gzip'], 'v=0', 415],
    [['Accept: text/plain'], '', 406],
    [['Accept: application/*;q=0.5'], '', 486],
    [['Content-Type: Application/SDP;charset=utf-8'], 'v=0', 486],
    [['Content-Type: multipart/mixed;boundary=b'], parts('text/plain'), 415],
    [['Content-Type: multipart/mixed;boundary=b'], parts('text/plain', 'optional'), 486],
    [['Content-Type: multipart/mixed;boundary=b'], '--b', 400],
    [['Session-Expires: 60', 'Supported: timer'], 'v=0', 422],
    [['Session-Expires: 60'], 'v=0', 486],
  ])('content %#', async (headers, body, status) => {
    const { send, peer, endpoint } = await setUp();
    endpoint.onInvite((call) => call.reject(486));
    await send('INVITE', { headers }, body);
    expect(peer.statuses().at(-1)).toBe(status);
  });

  test('the same INVITE over two paths: the second is a loop (482)', async () => {
    const { send, peer, calls } = await setUp();
    await send('INVITE', { branch: 'path1' });
    await send('INVITE', { branch: 'path2' });
    expect(calls).toHaveLength(1);
    expect(peer.statuses()).toEqual([100, 482]);
  });

  test('100 is sent before anybody sees the call; without a handler 480', async () => {
    const { send, peer, sim } = await setUp();
    await send('INVITE');
    expect(peer.statuses()).toEqual([100]);
    const bare = await sim.endpoint('10.0.0.2');
    const other = new RawPeer(
      sim.network,
      { address: '10.0.0.8', port: 5060 },
      { address: '10.0.0.2', port: 5060 },
    );
    other.send(lines('INVITE', { via: 'Via: SIP/2.0/UDP 10.0.0.8;branch=z9hG4bKx' }));
    await sim.run(10);
    expect(other.statuses()).toEqual([100, 480]);
    await bare.endpoint.close();
  });

  test('too many transactions: 503 with Retry-After', async () => {
    const { send, peer } = await setUp({ maxTransactions: 1 });
    await send('INVITE');
    await send('OPTIONS');
    expect(peer.statuses('OPTIONS')).toEqual([503]);
    expect(peer.responses('OPTIONS')[0]?.headers.get('retry-after')).toBe('10');
  });

  test('a malformed request is answered 400 with the fault in the reason phrase', async () => {
    const { peer, sim } = await setUp();
    peer.send(lines('OPTIONS').filter((line) => !line.startsWith('Call-ID')));
    await sim.run(10);
    expect(peer.received).toHaveLength(1);
    expect(peer.responses()[0]?.reasonPhrase).toBe('Missing Call-ID header field');
  });

  test('noise is not answered', async () => {
    const { peer, sim, log } = await setUp();
    for (const noise of [
      'GET / HTTP/1.1',
      'SIP/2.0 999 X',
      'hello hello hello',
      'ACK sip:x SIP/2.0',
    ]) {
      peer.send([noise]);
    }
    await sim.run(10);
    expect(log.events.filter((event) => event.direction === 'out')).toEqual([]);
  });
});

describe('where answers go (RFC 3261 §18.2, RFC 3581)', () => {
  test('rport: back to the source port, both told in the Via', async () => {
    const { send, peer, log } = await setUp();
    await send('OPTIONS', { via: 'Via: SIP/2.0/UDP inner.example:7777;rport;branch=z9hG4bKr' });
    const { via } = peer.responses()[0] ?? expect.fail('no response');
    expect(via.params.get('received')).toBe('10.0.0.9');
    expect(via.params.get('rport')).toBe('5060');
    expect(log.events.at(-1)?.remote).toEqual({ address: '10.0.0.9', port: 5060 });
  });

  test('without rport: to the source address at the sent-by port', async () => {
    const { send, log } = await setUp();
    await send('OPTIONS', { via: 'Via: SIP/2.0/UDP inner.example:7777;branch=z9hG4bKr' });
    expect(log.events.at(-1)?.remote).toEqual({ address: '10.0.0.9', port: 7777 });
  });

  test('a second Via in the same line is kept', async () => {
    const { send, peer } = await setUp();
    await send('OPTIONS', {
      via: 'Via: SIP/2.0/UDP 10.0.0.9;rport;branch=z9hG4bKa, SIP/2.0/UDP far;branch=z9hG4bKb',
    });
    expect(peer.responses()[0]?.viaElements[1]).toBe('SIP/2.0/UDP far;branch=z9hG4bKb');
  });
});

describe('inside a call', () => {
  test('CSeq that does not rise: 500', async () => {
    const { establish, send, peer, calls } = await setUp();
    const toTag = await establish();
    await send('INFO', { seq: 5, toTag });
    await send('INFO', { seq: 4, toTag, branch: 'late' });
    expect(peer.statuses('INFO')).toEqual([200, 500]);
    expect(calls[0]?.state).toBe('confirmed');
  });

  test('INFO reaches the call with its body', async () => {
    const { establish, send, calls } = await setUp();
    const toTag = await establish();
    const infos: string[] = [];
    calls[0]?.on('info', ({ contentType, body }) => infos.push(`${contentType} ${body}`));
    await send(
      'INFO',
      { seq: 2, toTag, headers: ['Content-Type: application/dtmf-relay'] },
      'Signal=5',
    );
    expect(infos).toEqual(['application/dtmf-relay Signal=5']);
  });

  test('re-INVITE: 100, the answer of the handler, repeated until its ACK; target refreshed', async () => {
    const { establish, send, calls, peer, sim } = await setUp();
    const toTag = await establish();
    calls[0]?.on('reinvite', (reinvite) => {
      expect(reinvite.body).toBe('hold');
      reinvite.accept('held');
      reinvite.reject(500);
    });
    const before = peer.received.length;
    const parts = { seq: 2, toTag, headers: ['Content-Type: application/sdp'] };
    peer.send(
      lines('INVITE', parts).map((l) =>
        l.startsWith('Contact') ? 'Contact: <sip:moved@10.0.0.9>' : l,
      ),
      'hold',
    );
    await sim.run(600);
    const got = peer.received.slice(before);
    expect(got.map((m) => (m.kind === 'response' ? m.statusCode : m.method))).toEqual([
      100, 200, 200,
    ]);
    expect(got[1]?.bodyText).toBe('held');
    await send('ACK', { branch: 'ack2', seq: 2, toTag });
    await sim.run(40_000);
    expect(calls[0]?.state).toBe('confirmed');
    void calls[0]?.bye();
    await sim.run(10);
    expect(peer.received.at(-1)).toMatchObject({ method: 'BYE', uri: 'sip:moved@10.0.0.9' });
  });

  test('re-INVITE nobody takes: 488; one that is not acknowledged ends the call', async () => {
    const { establish, send, peer, calls, sim } = await setUp();
    const toTag = await establish();
    await send('INVITE', { seq: 2, toTag });
    expect(peer.statuses('INVITE').at(-1)).toBe(488);
    await send('ACK', { branch: 'bINVITE2', seq: 2, toTag });
    calls[0]?.on('reinvite', (reinvite) => reinvite.accept('x'));
    const ends: string[] = [];
    calls[0]?.on('ended', ({ by }) => ends.push(by));
    await send('INVITE', { seq: 3, toTag });
    await sim.run(32_000);
    expect(ends).toEqual(['timeout']);
  });

  test('a second re-INVITE before the first is answered: 500 with Retry-After', async () => {
    const { establish, send, peer, calls } = await setUp();
    const toTag = await establish();
    calls[0]?.on('reinvite', () => {});
    await send('INVITE', { seq: 2, toTag });
    await send('INVITE', { seq: 3, toTag });
    expect(peer.responses('INVITE').at(-1)?.statusCode).toBe(500);
    expect(peer.responses('INVITE').at(-1)?.headers.get('retry-after')).toBe('5');
    await send('CANCEL', { seq: 2, toTag, branch: 'bINVITE2' });
    expect(peer.statuses('CANCEL')).toEqual([200]);
    expect(peer.statuses('INVITE').at(-1)).toBe(487);
    expect(calls[0]?.state).toBe('confirmed');
  });

  test('BYE: 200 and ended; a later one: 481', async () => {
    const { establish, send, peer, calls, endpoint } = await setUp();
    const toTag = await establish();
    await send('BYE', { seq: 2, toTag });
    await send('BYE', { seq: 3, toTag });
    expect(peer.statuses('BYE')).toEqual([200, 481]);
    expect(calls[0]?.state).toBe('terminated');
    expect(endpoint.callCount).toBe(0);
  });
});

describe('before an answer', () => {
  test('CANCEL: 200 with the tag of the call, 487, cancelled', async () => {
    const { send, peer, calls } = await setUp();
    await send('INVITE', { branch: 'i' });
    calls[0]?.ringing();
    const cancelled: unknown[] = [];
    calls[0]?.on('cancelled', (cancel) => cancelled.push(cancel?.method));
    await send('CANCEL', { branch: 'i' });
    expect(peer.statuses()).toEqual([100, 180, 200, 487]);
    const tags = peer
      .responses()
      .slice(1)
      .map((r) => r.to.params.get('tag'));
    expect(new Set(tags).size).toBe(1);
    expect(cancelled).toEqual(['CANCEL']);
  });

  test('CANCEL after the 200 changes nothing', async () => {
    const { send, peer, calls } = await setUp();
    await send('INVITE', { branch: 'i' });
    calls[0]?.answer('v=0');
    await send('CANCEL', { branch: 'i' });
    expect(peer.statuses('CANCEL')).toEqual([200]);
    expect(calls[0]?.state).toBe('answered');
  });

  test('BYE in the early dialog: 200, and 487 for the INVITE (§15.1.2)', async () => {
    const { send, peer, calls, sim } = await setUp();
    await send('INVITE');
    calls[0]?.ringing();
    await sim.run(10);
    const toTag = peer.responses().at(-1)?.to.params.get('tag') ?? '';
    await send('BYE', { seq: 2, toTag });
    expect(peer.statuses('BYE')).toEqual([200]);
    expect(peer.statuses('INVITE').at(-1)).toBe(487);
    expect(calls[0]?.state).toBe('terminated');
  });

  test('180 is repeated every minute; 183 carries early media', async () => {
    const { send, peer, calls, sim } = await setUp();
    await send('INVITE');
    calls[0]?.ringing({ status: 183, body: 'v=0' });
    await sim.run(130_000);
    expect(peer.statuses()).toEqual([100, 183, 183, 183]);
    expect(peer.responses()[1]?.bodyText).toBe('v=0');
    calls[0]?.reject(603);
    await sim.run(10);
    expect(peer.responses().at(-1)).toMatchObject({ statusCode: 603, reasonPhrase: 'Decline' });
  });

  test('bye between 200 and ACK waits for the ACK (§15)', async () => {
    const { send, peer, calls, sim } = await setUp();
    await send('INVITE');
    calls[0]?.answer('v=0');
    void calls[0]?.bye();
    await sim.run(10);
    expect(peer.received.some((m) => m.kind === 'request')).toBe(false);
    const toTag = peer.responses().at(-1)?.to.params.get('tag') ?? '';
    await send('ACK', { branch: 'ack', toTag });
    expect(peer.received.at(-1)).toMatchObject({ method: 'BYE' });
  });

  test('close drops everything: no timer and no transaction is left', async () => {
    const { send, calls, endpoint, sim, establish } = await setUp();
    await establish();
    await send('INVITE', { branch: 'second', seq: 2, headers: [] });
    const ends: string[] = [];
    calls[0]?.on('ended', ({ by }) => ends.push(by));
    await endpoint.close();
    expect(ends).toEqual(['local']);
    expect(endpoint.transactionCount).toBe(0);
    expect(endpoint.callCount).toBe(0);
    await sim.run(1);
    expect(sim.clock.pending).toBe(0);
  });
});
