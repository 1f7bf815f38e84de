import { afterEach, describe, expect, test } from 'vitest';
import { nodeHash } from '../digest/node/hash.ts';
import { DigestVerifier } from '../digest/verifier.ts';
import { randomHex } from '../ids.ts';
import { nextEvent } from '../testing/events.ts';
import { WireLog } from '../testing/wire-log.ts';
import type { TimerSettings } from '../transaction/timers.ts';
import { SipEndpoint } from './endpoint.ts';
import type { IncomingCall } from './incoming-call.ts';
import type { OutgoingInviteOptions } from './outgoing-call.ts';

const open: SipEndpoint[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((endpoint) => endpoint.close()));
});

const OFFER = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n';
const ANSWER = OFFER.replace('o=- 1', 'o=- 2');

async function listen(timers: Partial<TimerSettings> = {}) {
  const log = new WireLog();
  const endpoint = await SipEndpoint.listen({
    listeners: [{ transport: 'udp', bindAddress: '127.0.0.1', port: 0 }],
    userAgent: 'test',
    onMessage: log.record,
    timers,
  });
  open.push(endpoint);
  return { endpoint, log };
}

/** Two endpoints; the called one hands each call to `onCall`. */
async function pair(onCall: (call: IncomingCall) => void, timers: Partial<TimerSettings> = {}) {
  const caller = await listen(timers);
  const callee = await listen(timers);
  const incoming = new Promise<IncomingCall>((resolve) => {
    callee.endpoint.onInvite((call) => {
      resolve(call);
      onCall(call);
    });
  });
  const dial = (extra: Partial<OutgoingInviteOptions> = {}) =>
    caller.endpoint.invite({
      requestUri: `sip:20@127.0.0.1:${callee.endpoint.localPort}`,
      to: 'sip:20@pbx.example.com',
      from: '"Anna" <sip:10@pbx.example.com>',
      contactUser: '10',
      body: OFFER,
      ...extra,
    });
  return { caller, callee, incoming, dial };
}

const settled = async (...endpoints: { endpoint: SipEndpoint }[]) => {
  for (const { endpoint } of endpoints) expect(endpoint.callCount).toBe(0);
};

describe('two endpoints over UDP', () => {
  test('INVITE, 180, 200, ACK, BYE by the caller', async () => {
    const { caller, callee, incoming, dial } = await pair((call) => {
      call.ringing();
      call.answer(ANSWER);
    });
    const call = dial();
    const provisional = nextEvent(call, 'provisional');
    const [response] = await nextEvent(call, 'answered');
    expect((await provisional)[0].statusCode).toBe(180);
    expect(response.bodyText).toBe(ANSWER);
    const remote = await incoming;
    expect(remote.body).toBe(OFFER);
    expect(remote.callId).toBe(call.callId);
    expect(remote.from.displayName).toBe('Anna');
    if (remote.state !== 'confirmed') await nextEvent(remote, 'confirmed');
    expect(call.state).toBe('confirmed');
    const ended = nextEvent(remote, 'ended');
    await call.bye({ cause: 16, text: 'Normal call clearing' });
    const [end] = await ended;
    expect(end.by).toBe('remote');
    expect(end.request?.headers.get('reason')).toBe('Q.850;cause=16;text="Normal call clearing"');
    expect(caller.log.lines).toEqual([
      '> INVITE',
      '< 100 INVITE',
      '< 180 INVITE',
      '< 200 INVITE',
      '> ACK',
      '> BYE',
      '< 200 BYE',
    ]);
    await settled(caller, callee);
  });

  test('BYE by the called side', async () => {
    const { callee, caller, incoming, dial } = await pair((call) => call.answer(ANSWER));
    const call = dial();
    const remote = await incoming;
    await nextEvent(remote, 'confirmed');
    const ended = nextEvent(call, 'ended');
    await remote.bye();
    expect((await ended)[0].by).toBe('remote');
    expect(remote.state).toBe('terminated');
    await settled(caller, callee);
  });

  test('both sides hang up at once: each BYE is answered 200 and the end is told once', async () => {
    const { caller, callee, incoming, dial } = await pair((call) => call.answer(ANSWER));
    const call = dial();
    const remote = await incoming;
    await nextEvent(remote, 'confirmed');
    const ends: string[] = [];
    call.on('ended', ({ by }) => ends.push(`caller ${by}`));
    remote.on('ended', ({ by }) => ends.push(`callee ${by}`));
    await Promise.all([call.bye(), remote.bye()]);
    expect(ends.sort()).toEqual(['callee local', 'caller local']);
    await caller.log.until('< 200 BYE');
    await callee.log.until('< 200 BYE');
    await settled(caller, callee);
  });

  test('486 is reported with its reason and acknowledged by the transaction', async () => {
    const { caller, callee, dial } = await pair((call) => call.reject(486));
    const [failure] = await nextEvent(dial(), 'failed');
    expect(failure).toMatchObject({
      statusCode: 486,
      reasonPhrase: 'Busy Here',
      cause: 'rejected',
    });
    await callee.log.until('< ACK');
    await settled(caller, callee);
  });

  test('CANCEL while ringing ends both sides; the reason travels', async () => {
    const { caller, callee, incoming, dial } = await pair((call) => call.ringing());
    const call = dial();
    await nextEvent(call, 'provisional');
    const remote = await incoming;
    const cancelled = nextEvent(remote, 'cancelled');
    call.cancel({ cause: 200, text: 'Call completed elsewhere' });
    const [failure] = await nextEvent(call, 'failed');
    expect(failure).toMatchObject({ statusCode: 487, cause: 'cancelled' });
    const [cancel] = await cancelled;
    expect(cancel?.headers.get('reason')).toBe('SIP;cause=200;text="Call completed elsewhere"');
    expect(remote.state).toBe('terminated');
    await settled(caller, callee);
  });

  test('CANCEL before any response waits for the first one', async () => {
    const { caller, dial, incoming } = await pair(() => {});
    const call = dial();
    queueMicrotask(() => queueMicrotask(() => call.cancel()));
    const [failure] = await nextEvent(call, 'failed');
    expect(failure.cause).toBe('cancelled');
    await incoming;
    expect(caller.log.lines.indexOf('> CANCEL')).toBeGreaterThan(
      caller.log.lines.indexOf('< 100 INVITE'),
    );
  });

  test('cancel in the same turn as the call: nothing is sent', async () => {
    const { caller, dial } = await pair(() => {});
    const call = dial();
    call.cancel();
    const [failure] = await nextEvent(call, 'failed');
    expect(failure.cause).toBe('cancelled');
    expect(caller.log.lines).toEqual([]);
  });

  test('the 200 wins the race against CANCEL: ACK and BYE, failed once', async () => {
    const { caller, callee, incoming, dial } = await pair((call) => call.ringing());
    const call = dial();
    await nextEvent(call, 'provisional');
    const remote = await incoming;
    const failures: string[] = [];
    call.on('failed', ({ cause }) => failures.push(cause));
    call.on('answered', () => failures.push('answered'));
    remote.answer(ANSWER);
    call.cancel();
    const [end] = await nextEvent(remote, 'ended');
    expect(end.by).toBe('remote');
    expect(failures).toEqual(['cancelled']);
    await caller.log.until('< 200 CANCEL');
    await caller.log.until('> ACK');
    await caller.log.until('< 200 BYE');
    await settled(caller, callee);
  });

  test('a call that rings too long is cancelled and fails by timeout', async () => {
    const { dial, incoming } = await pair((call) => call.ringing());
    const call = dial({ ringTimeoutMs: 60 });
    const [failure] = await nextEvent(call, 'failed');
    expect(failure).toMatchObject({ statusCode: 408, cause: 'timeout' });
    expect((await incoming).state).toBe('terminated');
  });

  test('nobody there: Timer B ends the call', async () => {
    const silent = await listen();
    const port = silent.endpoint.localPort;
    await silent.endpoint.close();
    const { dial } = await pair(() => {}, { t1: 5 });
    const call = dial({ outboundProxy: { host: '127.0.0.1', port, transport: 'udp' } });
    const [failure] = await nextEvent(call, 'failed');
    expect(failure).toMatchObject({ statusCode: 408, cause: 'timeout' });
  });

  test('a host that cannot be found fails as transport', async () => {
    const { dial } = await pair(() => {});
    const call = dial({ requestUri: 'sip:20@nowhere.invalid' });
    const [failure] = await nextEvent(call, 'failed');
    expect(failure).toMatchObject({ statusCode: 503, cause: 'transport' });
  });

  test('a 200 nobody acknowledges is repeated, then the call is ended with BYE', async () => {
    const callee = await listen({ t1: 10, t2: 40 });
    const mute = await listen();
    const incoming = new Promise<IncomingCall>((resolve) => callee.endpoint.onInvite(resolve));
    // A caller that never sends an ACK: only its INVITE is put on the wire.
    const call = mute.endpoint.invite({
      requestUri: `sip:20@127.0.0.1:${callee.endpoint.localPort}`,
      to: 'sip:20@x.example',
      from: 'sip:10@x.example',
      contactUser: '10',
      body: '',
    });
    const remote = await incoming;
    await mute.endpoint.close();
    expect(call.state).toBe('terminated');
    remote.answer(ANSWER);
    const [end] = await nextEvent(remote, 'ended');
    expect(end.by).toBe('timeout');
    expect(callee.log.count('> 200 INVITE')).toBeGreaterThan(8);
    await callee.log.until('> BYE');
  });

  test('INVITE is challenged with 407 and repeated with credentials', async () => {
    const verifier = new DigestVerifier({
      realm: 'pbx',
      algorithms: ['SHA-256', 'MD5'],
      passwordOf: (user) => (user === '10' ? 'secret' : undefined),
      hash: nodeHash,
      newNonce: () => randomHex(16),
      now: () => Date.now(),
    });
    const seen: string[] = [];
    const onCall = (call: IncomingCall) => {
      const result = verifier.verify(call.request, 'proxy-authorization');
      seen.push(result.ok ? 'ok' : result.reason);
      if (result.ok) call.answer(ANSWER);
      else {
        const values = verifier.challenge();
        call.reject(
          407,
          undefined,
          values.map((v) => ['Proxy-Authenticate', v] as const),
        );
      }
    };
    const good = await pair(onCall);
    const call = good.dial({ credentials: { username: '10', password: 'secret' } });
    await nextEvent(call, 'answered');
    expect(seen).toEqual(['missing', 'ok']);
    await call.bye();

    seen.length = 0;
    const [failure] = await nextEvent(
      good.dial({ credentials: { username: '10', password: 'wrong' } }),
      'failed',
    );
    expect(failure).toMatchObject({ statusCode: 407, cause: 'rejected' });
    expect(seen).toEqual(['missing', 'wrong']);
  });
});
