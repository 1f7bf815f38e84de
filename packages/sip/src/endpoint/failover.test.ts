import { describe, expect, test } from 'vitest';
import { FakeDns, srv } from '../testing/fake-dns.ts';
import { RawPeer } from '../testing/raw-peer.ts';
import { Simulation } from '../testing/simulation.ts';
import type { SipEndpoint } from './endpoint.ts';
import type { OutgoingCall } from './outgoing-call.ts';

const SDP =
  'v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';

/** A caller and the servers 10.0.0.11 and 10.0.0.12 of pbx.example, tried in this order. */
async function scene(listeners: ('udp' | 'tcp')[] = ['udp']) {
  const simulation = new Simulation();
  const dns = new FakeDns();
  const transport = listeners[0] as 'udp' | 'tcp';
  dns.srvs[`_sip._${transport}.pbx.example`] = [
    srv('one.example', 5060, 1),
    srv('two.example', 5060, 2),
  ];
  dns.hosts['one.example'] = ['10.0.0.11'];
  dns.hosts['two.example'] = ['10.0.0.12'];
  const { endpoint: caller, log } = await simulation.endpoint('10.0.0.1', {
    dns,
    listeners: listeners.map((name) => ({ transport: name, bindAddress: '10.0.0.1', port: 5060 })),
  });
  const server = (address: string) =>
    simulation.endpoint(address, {
      listeners: [{ transport, bindAddress: address, port: 5060 }],
    });
  const call = (o: { from?: SipEndpoint } = {}) =>
    (o.from ?? caller).invite({
      requestUri: `sip:20@pbx.example;transport=${transport}`,
      to: 'sip:20@pbx.example',
      from: 'sip:10@pbx.example',
      contactUser: '10',
      body: SDP,
    });
  return { simulation, dns, caller, log, server, call };
}

function outcome(call: OutgoingCall): () => string {
  let seen = 'nothing yet';
  call.on('answered', () => {
    seen = 'answered';
  });
  call.on('failed', ({ statusCode, cause }) => {
    seen = `${statusCode} ${cause}`;
  });
  return () => seen;
}

function answering(endpoint: SipEndpoint): () => number {
  let calls = 0;
  endpoint.onInvite((call) => {
    calls += 1;
    call.answer(SDP);
  });
  return () => calls;
}

describe('the next server is tried (RFC 3263 §4.3)', () => {
  test('after 503, in a new transaction, with the same Call-ID', async () => {
    const { simulation, log, server, call } = await scene();
    const one = await server('10.0.0.11');
    one.endpoint.onInvite((incoming) => incoming.reject(503));
    const two = await server('10.0.0.12');
    const count = answering(two.endpoint);
    const placed = call();
    const seen = outcome(placed);
    await simulation.run(1_000);
    expect(seen()).toBe('answered');
    expect(count()).toBe(1);
    const invites = log.events.flatMap(({ message, direction }) =>
      direction === 'out' && message?.kind === 'request' && message.method === 'INVITE'
        ? [message]
        : [],
    );
    expect(invites).toHaveLength(2);
    const [first, second] = invites;
    expect(second?.via.params.get('branch')).not.toBe(first?.via.params.get('branch'));
    expect(second?.callId).toBe(first?.callId);
    expect(second?.cseq.seq).toBe(first?.cseq.seq);
  });

  test('after silence for 64·T1; the next call goes straight to the living server', async () => {
    const { simulation, server, call } = await scene();
    const two = await server('10.0.0.12');
    const count = answering(two.endpoint);
    const first = outcome(call());
    await simulation.run(31_000);
    expect(first()).toBe('nothing yet');
    await simulation.run(2_000);
    expect(first()).toBe('answered');
    const second = outcome(call());
    await simulation.run(100);
    expect(second()).toBe('answered');
    expect(count()).toBe(2);
  });

  test('a server out of order is tried again after a minute', async () => {
    const { simulation, server, call } = await scene();
    const two = await server('10.0.0.12');
    answering(two.endpoint);
    outcome(call());
    await simulation.run(33_000);
    const one = await server('10.0.0.11');
    const count = answering(one.endpoint);
    outcome(call());
    await simulation.run(30_000);
    expect(count()).toBe(0);
    await simulation.run(31_000);
    outcome(call());
    await simulation.run(1_000);
    expect(count()).toBe(1);
  });

  test('after a refused connection, at once', async () => {
    const { simulation, server, call } = await scene(['tcp']);
    const two = await server('10.0.0.12');
    answering(two.endpoint);
    const seen = outcome(call());
    await simulation.run(100);
    expect(seen()).toBe('answered');
  });

  test('every server is tried once; then the last failure is told', async () => {
    const { simulation, log, call } = await scene(['tcp']);
    const seen = outcome(call());
    await simulation.run(100);
    expect(seen()).toBe('503 transport');
    expect(log.count('> INVITE')).toBe(2);
  });

  test('not after another refusal', async () => {
    const { simulation, log, server, call } = await scene();
    const one = await server('10.0.0.11');
    one.endpoint.onInvite((incoming) => incoming.reject(486));
    await server('10.0.0.12');
    const seen = outcome(call());
    await simulation.run(1_000);
    expect(seen()).toBe('486 rejected');
    expect(log.count('> INVITE')).toBe(1);
  });

  test('not once the first server lets it ring', async () => {
    const { simulation, log, server, call } = await scene();
    const one = await server('10.0.0.11');
    one.endpoint.onInvite((incoming) => {
      incoming.ringing();
      incoming.reject(503);
    });
    const two = await server('10.0.0.12');
    answering(two.endpoint);
    const seen = outcome(call());
    await simulation.run(1_000);
    expect(seen()).toBe('503 rejected');
    expect(log.count('> INVITE')).toBe(1);
  });

  test('not when the caller has given up meanwhile', async () => {
    const { simulation, log, server, call } = await scene();
    const two = await server('10.0.0.12');
    answering(two.endpoint);
    const placed = call();
    const seen = outcome(placed);
    await simulation.run(10_000);
    placed.cancel();
    await simulation.run(60_000);
    expect(seen()).toBe('487 cancelled');
    expect(log.events.some(({ remote }) => remote.address === '10.0.0.12')).toBe(false);
  });

  test('Retry-After of a 503 keeps the server out of turn', async () => {
    const { simulation, server, call } = await scene();
    const one = await server('10.0.0.11');
    let asked = 0;
    one.endpoint.onInvite((incoming) => {
      asked += 1;
      incoming.reject(503, undefined, [['Retry-After', '300 (busy)']]);
    });
    const two = await server('10.0.0.12');
    answering(two.endpoint);
    outcome(call());
    await simulation.run(299_000);
    outcome(call());
    await simulation.run(1_500);
    expect(asked).toBe(1);
    outcome(call());
    await simulation.run(500);
    expect(asked).toBe(2);
  });
});

describe('requests of one dialog stay with one server', () => {
  test('the BYE by a route set of two servers goes where the INVITE went', async () => {
    const { simulation, dns, caller, call } = await scene();
    const peer = new RawPeer(
      simulation.network,
      { address: '10.0.0.12', port: 5060 },
      { address: '10.0.0.1', port: 5060 },
    );
    dns.srvs['_sip._udp.pbx.example'] = [srv('two.example', 5060, 1), srv('one.example', 5060, 2)];
    const placed = call();
    await simulation.run(100);
    const [invite] = peer.received;
    expect(invite?.kind).toBe('request');
    // The proxy of both servers names itself by the domain.
    peer.send([
      'SIP/2.0 200 OK',
      `Via: ${invite?.headers.get('via')}`,
      `From: ${invite?.headers.get('from')}`,
      `To: ${invite?.headers.get('to')};tag=x`,
      `Call-ID: ${invite?.callId}`,
      'CSeq: 1 INVITE',
      'Record-Route: <sip:pbx.example;transport=udp;lr>',
      'Contact: <sip:20@10.9.9.9>',
    ]);
    await simulation.run(100);
    // DNS turns round meanwhile; the dialog does not.
    dns.srvs['_sip._udp.pbx.example'] = [srv('one.example', 5060, 1), srv('two.example', 5060, 2)];
    await simulation.run(70_000);
    void placed.bye();
    await simulation.run(100);
    const methods = peer.received.map((m) => (m.kind === 'request' ? m.method : m.statusCode));
    expect(methods).toEqual(['INVITE', 'ACK', 'BYE']);
    await caller.close();
  });
});

describe('requests too large for UDP (RFC 3261 §18.1.1)', () => {
  const large = `${SDP}${'a=fmtp:101 0-15\r\n'.repeat(80)}`;
  const place = (caller: SipEndpoint) =>
    caller.invite({
      requestUri: 'sip:20@10.0.0.11',
      to: 'sip:20@10.0.0.11',
      from: 'sip:10@10.0.0.1',
      contactUser: '10',
      body: large,
    });

  test('go over TCP where the server takes it, with Via and Contact saying so', async () => {
    const { simulation, caller, log } = await scene(['udp', 'tcp']);
    const { endpoint } = await simulation.endpoint('10.0.0.11', {
      listeners: [
        { transport: 'udp', bindAddress: '10.0.0.11', port: 5060 },
        { transport: 'tcp', bindAddress: '10.0.0.11', port: 5060 },
      ],
    });
    answering(endpoint);
    const seen = outcome(place(caller));
    await simulation.run(100);
    expect(seen()).toBe('answered');
    const [invite] = log.events;
    expect(invite?.transport).toBe('tcp');
    expect(invite?.message?.headers.get('via')).toContain('SIP/2.0/TCP 10.0.0.1:5060');
    expect(invite?.message?.headers.get('contact')).toBe('<sip:10@10.0.0.1:5060;transport=tcp>');
  });

  test('fall back to UDP where it does not, and the next one goes by UDP at once', async () => {
    const { simulation, caller, log, server } = await scene(['udp', 'tcp']);
    const { endpoint } = await server('10.0.0.11');
    const count = answering(endpoint);
    const seen = outcome(place(caller));
    await simulation.run(100);
    expect(seen()).toBe('answered');
    outcome(place(caller));
    await simulation.run(100);
    expect(count()).toBe(2);
    const invites = log.events.filter(
      ({ direction, message }) =>
        direction === 'out' && message?.kind === 'request' && message.method === 'INVITE',
    );
    expect(invites.map(({ transport }) => transport)).toEqual(['tcp', 'udp', 'udp']);
    expect(invites[1]?.message?.headers.get('contact')).toBe('<sip:10@10.0.0.1:5060>');
    expect(invites[1]?.message?.headers.get('via')).toContain('SIP/2.0/UDP');
  });

  test('small ones stay with UDP', async () => {
    const { simulation, log, server, call } = await scene(['udp', 'tcp']);
    const one = await server('10.0.0.11');
    answering(one.endpoint);
    outcome(call());
    await simulation.run(100);
    expect(log.events[0]?.transport).toBe('udp');
  });
});
