import { describe, expect, test } from 'vitest';
import type { SipRequest } from '../message/message.ts';
import { sdp } from '../testing/call-pair.ts';
import { RawPeer } from '../testing/raw-peer.ts';
import { Simulation } from '../testing/simulation.ts';
import type { SessionRequestError } from './session-request-error.ts';

/** A call from us, answered by a peer that says what the test wants. */
async function answered() {
  const sim = new Simulation();
  const { endpoint, log } = await sim.endpoint('10.0.0.1');
  const peer = new RawPeer(
    sim.network,
    { address: '10.0.0.9', port: 5060 },
    { address: '10.0.0.1', port: 5060 },
  );
  const requests = (method: string) =>
    peer.received.filter(
      (message): message is SipRequest => message.kind === 'request' && message.method === method,
    );
  const respond = async (
    request: SipRequest | undefined,
    status: string,
    headers: string[] = [],
  ) => {
    const copy = (key: string) => request?.headers.get(key) ?? '';
    const to = copy('to').includes('tag=') ? copy('to') : `${copy('to')};tag=peer`;
    peer.send(
      [
        `SIP/2.0 ${status}`,
        `Via: ${copy('via')}`,
        `From: ${copy('from')}`,
        `To: ${to}`,
        `Call-ID: ${copy('call-id')}`,
        `CSeq: ${copy('cseq')}`,
        'Contact: <sip:20@10.0.0.9:5060>',
        'Content-Type: application/sdp',
        ...headers,
      ],
      status.startsWith('2') ? sdp('peer') : '',
    );
    await sim.run(10);
  };
  const call = endpoint.invite({
    requestUri: 'sip:20@10.0.0.9',
    to: 'sip:20@x.example',
    from: 'sip:10@x.example',
    contactUser: '10',
    body: sdp('caller'),
  });
  await sim.run(10);
  await respond(requests('INVITE')[0], '200 OK');
  const ends: string[] = [];
  call.on('ended', ({ by }) => ends.push(by));
  return { sim, endpoint, log, peer, call, requests, respond, ends };
}

const status = (promise: Promise<unknown>) =>
  promise.then(
    () => 200,
    (error: SessionRequestError) => error.status,
  );

describe('a re-INVITE to a peer that behaves badly', () => {
  test('it gets a provisional response and no more: CANCEL after timer C, then the call ends', async () => {
    const { sim, call, requests, respond, ends } = await answered();
    const told = status(call.reinvite({ body: sdp('caller', 2) }));
    await sim.run(10);
    await respond(requests('INVITE')[1], '100 Trying');
    await sim.run(179_000);
    expect(requests('CANCEL')).toHaveLength(0);
    await sim.run(2_000);
    expect(requests('CANCEL').length).toBeGreaterThan(0);
    await sim.run(33_000);
    expect(await told).toBe(408);
    expect(ends).toEqual(['timeout']);
    expect(requests('BYE').length).toBeGreaterThan(0);
    await sim.run(64_000);
    expect(sim.clock.pending).toBe(0);
  });

  test('500 with Retry-After is waited for; a long one, and one without, is a refusal', async () => {
    const { sim, call, requests, respond } = await answered();
    const told = status(call.reinvite({ body: sdp('caller', 2) }));
    await sim.run(10);
    await respond(requests('INVITE')[1], '500 Busy', ['Retry-After: 3']);
    await sim.run(2_900);
    expect(requests('INVITE')).toHaveLength(2);
    await sim.run(100);
    expect(requests('INVITE')).toHaveLength(3);
    await respond(requests('INVITE')[2], '500 Busy', ['Retry-After: 3600']);
    expect(await told).toBe(500);
    const plain = status(call.reinvite({ body: sdp('caller', 3) }));
    await sim.run(10);
    await respond(requests('INVITE')[3], '500 Broken');
    expect(await plain).toBe(500);
    expect(call.state).toBe('confirmed');
  });

  test('the 200 to a re-INVITE is repeated: each gets the same ACK', async () => {
    const { sim, call, requests, respond } = await answered();
    const told = status(call.reinvite({ body: sdp('caller', 2) }));
    await sim.run(10);
    for (let i = 0; i < 3; i++) await respond(requests('INVITE')[1], '200 OK');
    expect(await told).toBe(200);
    const acks = requests('ACK').filter(({ cseq }) => cseq.seq === 2);
    expect(acks).toHaveLength(3);
    expect(new Set(acks.map(({ via }) => via.params.get('branch'))).size).toBe(1);
  });
});
