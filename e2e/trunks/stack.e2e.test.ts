import { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import type { Registration } from '@trunkline/sip/endpoint/registration.ts';
import type { Target } from '@trunkline/sip/transport/target.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { needs } from '../peers/available.ts';
import { type Kamailio, startKamailio } from '../peers/kamailio/kamailio.ts';
import { type Authority, createAuthority } from '../peers/tls/authority.ts';

const OFFER =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

const suite = needs('the SIP stack alone at Kamailio', 'kamailio');

describe.skipIf(suite.skip)(suite.name, () => {
  let kamailio: Kamailio;
  let authority: Authority;
  const open: SipEndpoint[] = [];

  beforeAll(async () => {
    authority = await createAuthority();
    kamailio = await startKamailio({
      users: { 20: 'secret20', 21: 'secret21' },
      tls: await authority.issue({ dns: ['pbx.test'] }),
    });
  }, 30_000);

  afterAll(async () => {
    await Promise.all(open.map((endpoint) => endpoint.close()));
    await kamailio?.stop();
  });

  // Kamailio keeps one binding a user; one left behind would fail the next test too.
  const bound: Registration[] = [];
  afterEach(async () => {
    await Promise.all(bound.splice(0).map((registration) => registration.unregister()));
  });

  /** A telephone of ours, registered over one transport. */
  async function phone(user: string, transport: 'udp' | 'tcp' | 'tls') {
    const at = { bindAddress: '127.0.0.1', port: 0 };
    const tls = await authority.issue({ ip: ['127.0.0.1'] });
    const endpoint = await SipEndpoint.listen({
      listeners: [
        { transport: 'udp', ...at },
        { transport: 'tcp', ...at },
        { transport: 'tls', ...at, tls },
      ],
      userAgent: 'stack test',
    });
    open.push(endpoint);
    const target: Target = {
      host: '127.0.0.1',
      port: transport === 'tls' ? kamailio.tlsPort : kamailio.port,
      transport,
      tls: { domains: ['pbx.test'], verify: 'full', trustedCa: authority.cert },
    };
    const registration = endpoint.register({
      registrar: target,
      domain: kamailio.realm,
      user,
      password: `secret${user}`,
      expiresSeconds: 60,
    });
    bound.push(registration);
    await waitFor(`${user} to be registered`, () => registration.state.status === 'registered', {
      explain: () => registration.state.text,
    });
    return { endpoint, target, registration };
  }

  test.each([
    ['udp', 'udp'],
    ['tcp', 'tcp'],
    ['tls', 'tls'],
    ['udp', 'tls'],
    ['tls', 'tcp'],
  ] as const)('a call from %s to %s, hung up by either side', async (from, to) => {
    const caller = await phone('20', from);
    const callee = await phone('21', to);
    for (const side of ['caller', 'callee'] as const) {
      let incoming: Promise<void> | undefined;
      callee.endpoint.onInvite((call) => {
        call.ringing();
        call.answer(OFFER);
        if (side === 'callee') call.on('confirmed', () => void call.bye());
        incoming = new Promise((resolve) => call.on('over', resolve));
      });
      const call = caller.endpoint.invite({
        requestUri: `sip:21@${kamailio.realm}`,
        to: `<sip:21@${kamailio.realm}>`,
        from: `<sip:20@${kamailio.realm}>`,
        contactUser: '20',
        outboundProxy: caller.target,
        credentials: { username: '20', password: 'secret20' },
        body: OFFER,
      });
      const ended = new Promise((resolve) => call.on('ended', resolve));
      const answered = new Promise((resolve, reject) => {
        call.on('answered', resolve);
        call.on('failed', ({ statusCode }) => reject(new Error(`failed: ${statusCode}`)));
      });
      await answered;
      if (side === 'caller') await call.bye();
      await ended;
      await incoming;
      expect(caller.endpoint.callCount + callee.endpoint.callCount).toBe(0);
    }
    await caller.registration.unregister();
    expect(await kamailio.registered('20')).toEqual([]);
  });

  test('a line over TCP is registered again when its PBX was restarted', async () => {
    const { registration } = await phone('20', 'tcp');
    await kamailio.restart();
    await waitFor(
      'the contact to be back',
      async () => (await kamailio.registered('20')).length > 0,
      {
        timeoutMs: 20_000,
      },
    );
    expect(registration.state.status).toBe('registered');
  }, 30_000);

  test('OPTIONS pings and pongs of Kamailio', async () => {
    const { endpoint, target } = await phone('20', 'tcp');
    const seen: string[] = [];
    const runs = (['crlf', 'options'] as const).map((method) =>
      endpoint.keepAlive({
        target,
        everyMs: 50,
        method,
        onAlive: () => seen.push(method),
        onDead: (reason) => seen.push(reason),
      }),
    );
    await waitFor('answers to both', () => new Set(seen).size === 2);
    for (const run of runs) run.stop();
    expect(new Set(seen)).toEqual(new Set(['crlf', 'options']));
  });
});
