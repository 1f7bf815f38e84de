import { dominantTone } from '@trunkline/media/audio/detect.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { SipEndpoint } from '@trunkline/sip/endpoint/endpoint.ts';
import { expect, test } from 'vitest';
import { AudioService } from './audio-service.ts';
import { startSimulatedPbx } from './pbx.ts';

const logger = createLogger({ name: 'test', level: 'error', write: () => undefined });

async function world() {
  const pbx = await startSimulatedPbx({ port: 0, logger });
  const phone = await SipEndpoint.listen({
    listeners: [{ transport: 'udp', bindAddress: '127.0.0.1', port: 0 }],
    userAgent: 'test',
  });
  const at = { host: '127.0.0.1', port: pbx.port, transport: 'udp' as const };
  const domain = `127.0.0.1:${pbx.port}`;
  const register = (user: string, password: string) =>
    phone.register({ registrar: at, domain: '127.0.0.1', user, password, expiresSeconds: 60 });
  const dial = (user: string, number: string, body: string) =>
    phone.invite({
      requestUri: `sip:${number}@${domain}`,
      to: `<sip:${number}@${domain}>`,
      from: `<sip:${user}@${domain}>`,
      contactUser: user,
      outboundProxy: at,
      credentials: { username: user, password: `demo-line-${user}` },
      body,
    });
  return {
    pbx,
    phone,
    register,
    dial,
    async [Symbol.asyncDispose]() {
      await phone.close();
      await pbx.close();
    },
  };
}

const first = <T>(subscribe: (handler: (value: T) => void) => unknown): Promise<T> =>
  new Promise((resolve) => subscribe(resolve));

test('lines register with their password only', async () => {
  await using place = await world();
  const good = place.register('20', 'demo-line-20');
  await expect.poll(() => good.state.status).toBe('registered');
  const bad = place.register('21', 'wrong');
  await expect.poll(() => bad.state.status).toBe('failed');
  expect(bad.state.sipCode).toBe(403);
});

test('10 and 11 answer with audio, 99 that nobody registered does not', async () => {
  await using place = await world();
  const audio = await AudioService.open('echo');
  const call = place.dial('20', '11', audio.offer());
  const response = await first<{ statusCode: number; body: Uint8Array }>((handler) =>
    call.on('answered', handler),
  );
  expect(response.statusCode).toBe(200);
  await call.bye();
  const nobody = place.dial('20', '99', audio.offer());
  const failure = await first<{ statusCode: number }>((handler) => nobody.on('failed', handler));
  expect(failure.statusCode).toBe(480);
  audio.close();
});

test('hold and resume are answered by a service and by the other line', async () => {
  await using place = await world();
  const [one, two] = [await AudioService.open('echo'), await AudioService.open('echo')];
  const echo = place.dial('20', '10', one.offer());
  await first((handler) => echo.on('answered', handler));
  const direction = async (call: typeof echo, asked: string) => {
    const offer = one.offer().replace('a=sendrecv', `a=${asked}`);
    const { body } = await call.reinvite({ body: offer });
    return /a=(sendrecv|sendonly|recvonly|inactive)/.exec(new TextDecoder().decode(body))?.[1];
  };
  expect(await direction(echo, 'sendonly')).toBe('recvonly');
  expect(await direction(echo, 'sendrecv')).toBe('sendrecv');
  await echo.bye();

  const line = place.register('21', 'demo-line-21');
  await expect.poll(() => line.state.status).toBe('registered');
  place.phone.onInvite((call) => {
    call.on('reinvite', (change) => {
      const answer = two.answer(change.body);
      if (answer === undefined) change.reject(488);
      else change.accept(answer);
    });
    call.answer(two.answer(call.body) ?? '');
  });
  const colleague = place.dial('20', '21', one.offer());
  await first((handler) => colleague.on('answered', handler));
  expect(await direction(colleague, 'sendonly')).toBe('recvonly');
  expect(await direction(colleague, 'sendrecv')).toBe('sendrecv');
  await colleague.bye();
  one.close();
  two.close();
});

test('12 refuses and calls back with the announcement', { timeout: 20_000 }, async () => {
  await using place = await world();
  const line = place.register('20', 'demo-line-20');
  await expect.poll(() => line.state.status).toBe('registered');
  const audio = await AudioService.open('echo');
  const refused = place.dial('20', '12', audio.offer());
  await first((handler) => refused.on('failed', handler));
  const back = await first<import('@trunkline/sip/endpoint/incoming-call.ts').IncomingCall>(
    (handler) => place.phone.onInvite(handler),
  );
  expect(back.from.displayName).toBe('Rückruf-Dienst');
  back.reject(486);
  audio.close();
});

test('the announcement is made of tones', async () => {
  const { announcement } = await import('./announcement.ts');
  const frames = announcement();
  const samples = new Int16Array(1600);
  for (let index = 0; index < 10; index++) samples.set(frames(), index * 160);
  expect(dominantTone(samples, 8000).frequency).toBeCloseTo(523, -1);
});
