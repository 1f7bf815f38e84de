import type { IncomingCall } from '@trunkline/sip/endpoint/incoming-call.ts';
import { Simulation } from '@trunkline/sip/testing/simulation.ts';
import { expect, test } from 'vitest';
import type { IncomingHandlers, OutgoingHandlers } from '../calls/pbx.ts';
import type { RegistrationSpec } from '../lines/registrar.ts';
import { SipPbx } from './sip-pbx.ts';

const twentyMinutes = 20 * 60_000;
const seconds = 90;

const line: RegistrationSpec = {
  kind: 'registration',
  registrarHost: '10.0.0.2',
  registrarPort: 5060,
  proxyHost: null,
  proxyPort: null,
  domain: null,
  transport: 'udp',
  tlsVerify: 'platform',
  trustedCa: null,
  userName: '20',
  authUserName: '20',
  password: null,
  expiresSeconds: 300,
  natRefreshSeconds: 0,
  optionsSeconds: 0,
  contactUser: 'lin_1',
};

const sdp = 'v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

/** A node's legs and a PBX on a simulated network. */
async function pair() {
  const sim = new Simulation();
  const { endpoint, log } = await sim.endpoint('10.0.0.1');
  const peer = await sim.endpoint('10.0.0.2');
  const told: string[] = [];
  const handlers: OutgoingHandlers & IncomingHandlers = {
    progress: () => undefined,
    answered: () => void told.push('answered'),
    failed: () => void told.push('failed'),
    cancelled: () => void told.push('cancelled'),
    confirmed: () => void told.push('confirmed'),
    unconfirmed: () => void told.push('unconfirmed'),
    ended: ({ lapse }) => void told.push(`ended ${lapse}`),
    reinvite: () => Promise.resolve({ sdp }),
    acknowledged: () => undefined,
    keys: () => undefined,
    refer: (request) => request.reject(603),
  };
  const refreshes = (arrow: '>' | '<') =>
    log.lines.filter((entry) => entry === `${arrow} UPDATE` || entry === `${arrow} INVITE`).length;
  return { sim, pbx: new SipPbx(endpoint), endpoint, peer, told, handlers, refreshes };
}

test.each([
  ['we', undefined, 26, 0],
  ['the PBX', 'uas', 0, 26],
] as const)(
  'VOX-119 a call we placed, session timer of 90 s, 20 minutes: %s refresh it',
  async (_who, refresher, sent, received) => {
    const { sim, pbx, peer, told, handlers, refreshes } = await pair();
    const calls: IncomingCall[] = [];
    peer.endpoint.onInvite((call) => {
      calls.push(call);
      call.answer(sdp, refresher ? { sessionTimer: { expires: seconds, refresher } } : {});
    });
    const leg = pbx.invite({ line, digits: '10', sdp, sessionTimerSeconds: seconds, handlers });
    await sim.run(1000);
    await sim.run(twentyMinutes);
    expect(told).toEqual(['answered']);
    expect(calls[0]?.sessionTimer?.interval).toBe(seconds);
    // The first INVITE is ours.
    expect([refreshes('>') - 1, refreshes('<')]).toEqual([sent, received]);
    leg.bye();
    await sim.run(64_000);
    expect(sim.clock.pending).toBe(0);
  },
);

test.each([
  ['the PBX', 'uac', 0, 26],
  ['we', 'uas', 26, 0],
] as const)(
  'VOX-119 a call the PBX placed, session timer of 90 s, 20 minutes: %s refresh it',
  async (_who, refresher, sent, received) => {
    const { sim, pbx, endpoint, peer, told, handlers, refreshes } = await pair();
    endpoint.onInvite((call) => {
      const leg = pbx.incoming(call, line);
      leg.handle(handlers);
      leg.answer(sdp, { sessionTimerSeconds: seconds });
    });
    const call = peer.endpoint.invite({
      requestUri: 'sip:lin_1@10.0.0.1',
      to: 'sip:20@10.0.0.2',
      from: 'sip:10@10.0.0.2',
      contactUser: '10',
      body: sdp,
      sessionTimer: { expires: seconds, refresher },
    });
    await sim.run(1000);
    await sim.run(twentyMinutes);
    expect(told).toEqual(['confirmed']);
    expect(call.sessionTimer?.interval).toBe(seconds);
    // The first INVITE is the PBX's.
    expect([refreshes('>'), refreshes('<') - 1]).toEqual([sent, received]);
    void call.bye();
    await sim.run(64_000);
    expect(told).toEqual(['confirmed', 'ended null']);
    expect(sim.clock.pending).toBe(0);
  },
);

test('VOX-119 a PBX that is gone without a word: the call ends when the timer has run out', async () => {
  const { sim, pbx, peer, told, handlers } = await pair();
  peer.endpoint.onInvite((call) =>
    call.answer(sdp, { sessionTimer: { expires: seconds, refresher: 'uas' } }),
  );
  pbx.invite({ line, digits: '10', sdp, sessionTimerSeconds: seconds, handlers });
  await sim.run(1000);
  sim.network.weather = () => [];
  await sim.run(seconds * 1000);
  expect(told).toEqual(['answered', 'ended session']);
});

test('VOX-119 the PBX answers our refresh with 481: the call ends, and not by the timer', async () => {
  const { sim, pbx, peer, told, handlers } = await pair();
  const calls: IncomingCall[] = [];
  peer.endpoint.onInvite((call) => {
    calls.push(call);
    call.answer(sdp);
  });
  pbx.invite({ line, digits: '10', sdp, sessionTimerSeconds: seconds, handlers });
  await sim.run(1000);
  calls[0]?.drop();
  await sim.run(seconds * 1000);
  expect(told).toEqual(['answered', 'ended dialog']);
});

test('no ACK comes to our 200: after 64 × T1 the call never stood', async () => {
  const { sim, pbx, endpoint, peer, told, handlers } = await pair();
  endpoint.onInvite((call) => {
    const leg = pbx.incoming(call, line);
    leg.handle(handlers);
    leg.answer(sdp, { sessionTimerSeconds: 0 });
    sim.network.weather = () => [];
  });
  peer.endpoint.invite({
    requestUri: 'sip:lin_1@10.0.0.1',
    to: 'sip:20@10.0.0.2',
    from: 'sip:10@10.0.0.2',
    contactUser: '10',
    body: sdp,
  });
  await sim.run(31_000);
  expect(told).toEqual([]);
  await sim.run(2_000);
  expect(told).toEqual(['unconfirmed', 'ended ack']);
});
