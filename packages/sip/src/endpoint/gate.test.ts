import { describe, expect, test } from 'vitest';
import { RawPeer } from '../testing/raw-peer.ts';
import { Simulation } from '../testing/simulation.ts';
import type { SipEndpointOptions } from './endpoint.ts';

const PBX = '10.0.0.2';
const US = { address: '10.0.0.1', port: 5060 };

/** An endpoint that admits the PBX only, and how to write to it from anywhere. */
async function guarded(options: Partial<SipEndpointOptions> = {}) {
  const simulation = new Simulation();
  const asked: string[] = [];
  const { endpoint, log } = await simulation.endpoint(US.address, {
    admission: ({ address, transport }, request) => {
      asked.push(`${transport} ${address} ${request.method}`);
      return address === PBX ? 'accept' : 'refuse';
    },
    ...options,
  });
  let calls = 0;
  endpoint.onInvite((call) => {
    calls += 1;
    call.reject(486);
  });
  const peer = (address: string, port = 5060) =>
    new RawPeer(simulation.network, { address, port }, US);
  return { simulation, endpoint, log, asked, peer, calls: () => calls };
}

let count = 0;
function request(from: string, method = 'INVITE', branch = `z9hG4bK${count++}`): string[] {
  return [
    `${method} sip:20@10.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP ${from}:5060;branch=${branch}`,
    `From: <sip:x@${from}>;tag=1`,
    'To: <sip:20@10.0.0.1>',
    `Call-ID: ${branch}@${from}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:x@${from}>`,
    'Max-Forwards: 70',
    'User-Agent: friendly-scanner',
  ];
}

describe('admission', () => {
  test('a known peer is served', async () => {
    const { simulation, peer, calls, asked } = await guarded();
    const pbx = peer(PBX);
    pbx.send(request(PBX));
    await simulation.run(100);
    expect(calls()).toBe(1);
    expect(asked).toEqual(['udp 10.0.0.2 INVITE']);
    expect(pbx.statuses()).toContain(486);
  });

  test('a peer we do not know yet is heard as soon as we do, however often it has asked', async () => {
    let known = false;
    const { simulation, peer, calls } = await guarded({
      admission: () => (known ? 'accept' : 'defer'),
    });
    const pbx = peer(PBX);
    for (let i = 0; i < 50; i++) pbx.send(request(PBX));
    await simulation.run(100);
    expect(pbx.statuses()).toEqual([]);
    known = true;
    pbx.send(request(PBX));
    await simulation.run(100);
    expect(calls()).toBe(1);
  });

  test('a stranger gets one 403, no transaction, no second answer, nothing larger than it sent', async () => {
    const { simulation, endpoint, peer, calls } = await guarded();
    const stranger = peer('203.0.113.9');
    const invite = request('203.0.113.9');
    for (let i = 0; i < 5; i++) stranger.send(invite);
    await simulation.run(40_000);
    expect(stranger.statuses()).toEqual([403]);
    expect(calls()).toBe(0);
    expect(endpoint.transactionCount).toBe(0);
    expect(endpoint.admissionCounters).toMatchObject({ refused: 5, answered: 1 });
    expect(stranger.responses()[0]?.headers.has('server')).toBe(false);
  });

  test('an answer that would be larger than the request is not sent', async () => {
    const { simulation, peer } = await guarded();
    const stranger = peer('203.0.113.9');
    stranger.send([
      'OPTIONS sip:a SIP/2.0',
      `v:SIP/2.0/UDP a;branch=z9hG4bKs${'x'.repeat(40)}`,
      'f:<sip:a>;tag=1',
      't:<sip:a>',
      'i:1',
      'CSeq:1 OPTIONS',
    ]);
    await simulation.run(100);
    expect(stranger.received).toEqual([]);
  });

  test('few answers go to one network, however many hosts of it ask', async () => {
    const { simulation, peer } = await guarded();
    let answers = 0;
    const peers = Array.from({ length: 50 }, (_, i) => peer(`203.0.113.${i}`));
    for (const one of peers) one.send(request(one.local.address));
    await simulation.run(500);
    for (const one of peers) answers += one.received.length;
    expect(answers).toBeLessThanOrEqual(3);
  });

  test('dropped means dropped', async () => {
    const { simulation, peer } = await guarded({ admission: () => 'drop' });
    const stranger = peer('203.0.113.9');
    stranger.send(request('203.0.113.9'));
    await simulation.run(100);
    expect(stranger.received).toEqual([]);
  });

  test('ACK of nothing is neither answered nor judged', async () => {
    const { simulation, peer, asked } = await guarded();
    const stranger = peer('203.0.113.9');
    stranger.send(request('203.0.113.9', 'ACK'));
    await simulation.run(100);
    expect(asked).toEqual([]);
    expect(stranger.received).toEqual([]);
  });

  test('requests inside a dialog and CANCELs come through from wherever they come', async () => {
    const { simulation, endpoint, peer, asked } = await guarded();
    let cancelled = false;
    endpoint.onInvite((call) => {
      call.ringing();
      call.on('cancelled', () => {
        cancelled = true;
      });
    });
    peer(PBX).send(request(PBX, 'INVITE', 'z9hG4bKsame'));
    await simulation.run(100);
    // Behind its proxy the telephone itself speaks.
    const phone = peer('10.0.0.77');
    phone.send(request(PBX, 'CANCEL', 'z9hG4bKsame').map((l) => l.replace('@10.0.0.2\r', '')));
    await simulation.run(100);
    expect(cancelled).toBe(true);
    expect(asked).toEqual(['udp 10.0.0.2 INVITE']);
  });
});

describe('penalties', () => {
  test('a source that goes on is shut out before it is read, for a time that grows', async () => {
    const { simulation, endpoint, peer, log } = await guarded();
    const stranger = peer('203.0.113.9');
    for (let i = 0; i < 100; i++) stranger.send(request('203.0.113.9'));
    await simulation.run(100);
    const counters = endpoint.admissionCounters;
    expect(counters?.penalties).toBe(1);
    expect(counters?.refused).toBeLessThan(25);
    expect(counters?.shutOut).toBeGreaterThan(75);
    const read = log.events.length;
    stranger.send(request('203.0.113.9'));
    await simulation.run(1_000);
    expect(log.events.length).toBe(read);
    await simulation.run(60_000);
    stranger.send(request('203.0.113.9'));
    await simulation.run(100);
    expect(log.events.length).toBeGreaterThan(read);
    for (let i = 0; i < 100; i++) stranger.send(request('203.0.113.9'));
    await simulation.run(90_000);
    const before = log.events.length;
    stranger.send(request('203.0.113.9'));
    await simulation.run(100);
    expect(log.events.length).toBe(before);
  });

  test('rubbish weighs more; nobody answers it', async () => {
    const { simulation, endpoint, peer } = await guarded();
    const stranger = peer('203.0.113.9');
    for (let i = 0; i < 20; i++) stranger.send(['INVITE sip:x SIP/2.0', 'Via: ?', 'X']);
    await simulation.run(100);
    expect(endpoint.admissionCounters?.malformed).toBeLessThanOrEqual(6);
    expect(stranger.received).toEqual([]);
  });

  test('a known peer is told of its fault and never shut out', async () => {
    const { simulation, endpoint, peer, calls } = await guarded();
    const pbx = peer(PBX);
    pbx.send(request(PBX));
    await simulation.run(100);
    for (let i = 0; i < 50; i++) {
      pbx.send(request(PBX).filter((line) => !line.startsWith('CSeq')));
    }
    await simulation.run(100);
    expect(pbx.statuses().filter((status) => status === 400)).toHaveLength(50);
    pbx.send(request(PBX));
    await simulation.run(100);
    expect(calls()).toBe(2);
    expect(endpoint.admissionCounters?.penalties).toBe(0);
  });

  test('whom we send requests to cannot be shut out by forgers of its address', async () => {
    const { simulation, endpoint, peer } = await guarded({ admission: () => 'refuse' });
    const server = peer('10.0.0.5');
    const answered = endpoint.sendRequest('OPTIONS', {
      requestUri: 'sip:10.0.0.5',
      to: 'sip:10.0.0.5',
      from: 'sip:10.0.0.1',
    });
    await simulation.run(10);
    for (let i = 0; i < 200; i++) server.send(request('10.0.0.5'));
    const [options] = server.received;
    server.send([
      'SIP/2.0 200 OK',
      `Via: ${options?.headers.get('via')}`,
      `From: ${options?.headers.get('from')}`,
      `To: ${options?.headers.get('to')};tag=1`,
      `Call-ID: ${options?.callId}`,
      'CSeq: 1 OPTIONS',
    ]);
    await simulation.run(100);
    expect((await answered).statusCode).toBe(200);
  });

  test('a flood from very many addresses keeps everything bounded, and the PBX is served', async () => {
    const { simulation, endpoint, calls } = await guarded({ gate: { maxPenalties: 500 } });
    const pbx = new RawPeer(simulation.network, { address: PBX, port: 5060 }, US);
    const hostile = { send: (i: number) => new TextEncoder().encode(flood(i)) };
    const transports = Array.from({ length: 256 }, (_, i) =>
      simulation.network.open(
        { address: `198.51.${i}.1`, port: 5060 },
        { received: () => {}, broken: () => {} },
      ),
    );
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 2_000; i++) {
        const from = transports[i % 256];
        from?.send(hostile.send(second * 2_000 + i), { ...US, transport: 'udp' }, () => {});
      }
      pbx.send(request(PBX));
      await simulation.run(1_000);
    }
    expect(calls()).toBe(10);
    expect(endpoint.transactionCount).toBeLessThanOrEqual(20);
    expect(endpoint.admissionCounters?.answered).toBeLessThanOrEqual(600);
    expect(endpoint.admissionCounters?.shutOut).toBeGreaterThan(10_000);
  });
});

function flood(i: number): string {
  if (i % 3 === 0) return `REGISTER sip:${i} SIP/2.0\r\nnonsense ${i}\r\n\r\n`;
  return `${request(`198.51.${i % 256}.1`, i % 3 === 1 ? 'REGISTER' : 'INVITE').join('\r\n')}\r\nContent-Length: 0\r\n\r\n`;
}

test('a Contact leads requests to no address we may not reach', async () => {
  const forbidden = '10.0.0.66';
  const { simulation, endpoint, peer } = await guarded({
    mayReach: (address) => address !== forbidden,
  });
  const ends: string[] = [];
  endpoint.onInvite((call) => {
    call.on('ended', ({ by }) => ends.push(by));
    call.on('confirmed', () => void call.bye());
    call.answer('v=0\r\n');
  });
  const victim = peer(forbidden);
  const pbx = peer(PBX);
  const invite = request(PBX).map((line) =>
    line.startsWith('Contact') ? `Contact: <sip:x@${forbidden}>` : line,
  );
  pbx.send(invite);
  await simulation.run(100);
  const to = pbx.responses().at(-1)?.headers.get('to') ?? '';
  pbx.send(
    invite
      .map((line) => (line.startsWith('To:') ? `To: ${to}` : line))
      .map((line) =>
        line
          .replace(/^INVITE|(?<=CSeq: 1 )INVITE/, 'ACK')
          .replace(/branch=\S+/, 'branch=z9hG4bKack'),
      ),
  );
  await simulation.run(60_000);
  expect(ends).toEqual(['local']);
  expect(victim.received).toEqual([]);
});
