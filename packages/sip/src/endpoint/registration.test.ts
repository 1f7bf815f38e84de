import { describe, expect, test } from 'vitest';
import { nodeHash } from '../digest/node/hash.ts';
import { DigestVerifier } from '../digest/verifier.ts';
import { randomHex } from '../ids.ts';
import { Simulation } from '../testing/simulation.ts';
import type { IncomingRegister } from './incoming-register.ts';
import type { RegistrationOptions } from './registration.ts';

/** A registrar at 10.0.0.1 decided by `onRegister`, and a client at 10.0.0.2. */
async function setUp(
  onRegister: (register: IncomingRegister) => void,
  options: Partial<RegistrationOptions> = {},
) {
  const sim = new Simulation();
  const registrar = await sim.endpoint('10.0.0.1');
  const client = await sim.endpoint('10.0.0.2');
  const seen: { at: number; register: IncomingRegister }[] = [];
  registrar.endpoint.onRegister((register) => {
    seen.push({ at: sim.clock.now() - 1_000_000, register });
    onRegister(register);
  });
  const registration = client.endpoint.register({
    registrar: { host: '10.0.0.1', port: 5060, transport: 'udp' },
    domain: 'pbx.example.net',
    user: '20',
    expiresSeconds: 120,
    ...options,
  });
  const states: string[] = [];
  registration.on('state', (s) => states.push(`${s.status} ${s.sipCode ?? '-'} ${s.attempts}`));
  return { sim, registrar, client, registration, seen, states };
}

const grant = (seconds: number) => (register: IncomingRegister) => {
  register.accept(register.bindings.map(({ uri }) => ({ uri, expires: seconds })));
};

const expiries = (seen: { register: IncomingRegister }[]) =>
  seen.map(({ register }) => register.request.headers.get('expires'));

describe('registration', () => {
  test('LIN-040 the REGISTER names the domain but goes to the registrar', async () => {
    const { sim, seen, registration } = await setUp(grant(120));
    await sim.run(10);
    const [first] = seen;
    expect(first?.register.request.uri).toBe('sip:pbx.example.net');
    expect(first?.register.addressOfRecord).toMatchObject({ host: 'pbx.example.net', user: '20' });
    expect(first?.register.bindings).toEqual([{ uri: 'sip:20@10.0.0.2:5060', expires: 120 }]);
    expect(registration.state).toMatchObject({ status: 'registered', sipCode: 200, attempts: 0 });
  });

  test('LIN-041 another lifetime in the 200 is adopted and refreshed before it ends', async () => {
    const { sim, seen, registration } = await setUp(grant(600));
    await sim.run(10);
    expect(registration.state.expiresSeconds).toBe(600);
    expect((registration.state.nextAttemptAt ?? 0) - sim.clock.now()).toBeGreaterThan(480_000);
    await sim.run(600_000);
    expect(seen.map(({ at }) => Math.round(at / 1_000))).toEqual([0, 510]);
    const cseqs = seen.map(({ register }) => register.request.cseq.seq);
    expect(cseqs).toEqual([1, 2]);
    expect(new Set(seen.map(({ register }) => register.request.callId)).size).toBe(1);
  });

  test('LIN-041 423 is answered once with Min-Expires, which is kept', async () => {
    const { sim, seen, states } = await setUp((register) => {
      const wanted = register.bindings[0]?.expires ?? 0;
      if (wanted < 300) register.reject(423, undefined, [['Min-Expires', '300']]);
      else grant(300)(register);
    });
    await sim.run(260_000);
    expect(expiries(seen)).toEqual(['120', '300', '300']);
    expect(states).toEqual(['registered 200 0', 'registered 200 0']);
  });

  test('a registrar that answers 423 to everything is not asked in a loop', async () => {
    const { sim, seen, registration } = await setUp((register) =>
      register.reject(423, undefined, [
        ['Min-Expires', String((register.bindings[0]?.expires ?? 0) + 100)],
      ]),
    );
    await sim.run(500);
    expect(seen).toHaveLength(2);
    expect(registration.state).toMatchObject({ status: 'failed', sipCode: 423, attempts: 1 });
  });

  test('LIN-053 a challenge is answered with the authentication name; the nonce serves on', async () => {
    const time = { now: () => 0 };
    const verifier = newVerifier('auth20', 'secret', () => time.now());
    const results: string[] = [];
    const { sim, registration } = await setUp(
      (register) => {
        const result = verifier.verify(register.request);
        results.push(result.ok ? result.username : result.reason);
        if (result.ok) grant(100)(register);
        else register.challenge(verifier.challenge(result.reason === 'stale'));
      },
      { authUser: 'auth20', password: 'secret' },
    );
    time.now = () => sim.clock.now() - 1_000_000;
    await sim.run(100_000);
    expect(registration.state.status).toBe('registered');
    expect(results).toEqual(['missing', 'auth20', 'auth20']);
    // The nonce expires after five minutes; the stale challenge is answered at once.
    results.length = 0;
    await sim.run(300_000);
    expect(results).toContain('stale');
    expect(results.filter((r) => r === 'auth20')).toHaveLength(3);
    expect(registration.state).toMatchObject({ status: 'registered', attempts: 0 });
  });

  test('a wrong password fails after the second 401 and is tried again slowly', async () => {
    const verifier = newVerifier('20', 'secret');
    const { sim, seen, registration } = await setUp(
      (register) => {
        const result = verifier.verify(register.request);
        if (result.ok) grant(100)(register);
        else register.challenge(verifier.challenge());
      },
      { password: 'wrong' },
    );
    await sim.run(60_000);
    expect(seen).toHaveLength(2);
    expect(registration.state).toMatchObject({
      status: 'failed',
      sipCode: 401,
      reasonPhrase: 'Unauthorized',
      text: 'User name or password is wrong',
      attempts: 1,
    });
    expect((registration.state.nextAttemptAt ?? 0) - sim.clock.now()).toBeGreaterThan(90_000);
  });

  test('403 is told as such and tried again slowly', async () => {
    const { sim, seen, registration } = await setUp((r) => r.reject(403));
    await sim.run(100_000);
    expect(seen).toHaveLength(1);
    expect(registration.state.text).toBe('Registrar forbids the registration');
  });

  test('failures back off: doubled waits up to the cap, half of each at random', async () => {
    const { sim, seen, registration } = await setUp((r) => r.reject(500));
    await sim.run(400_000);
    const waits = seen.slice(1).map(({ at }, i) => Math.round((at - (seen[i]?.at ?? 0)) / 250) / 4);
    expect(waits).toEqual([0.75, 1.5, 3, 6, 12, 24, 48, 90, 90, 90]);
    expect(registration.state).toMatchObject({ status: 'failed', attempts: 11 });
  });

  test('Retry-After is obeyed', async () => {
    const { sim, seen } = await setUp((r) =>
      r.reject(503, undefined, [['Retry-After', '30 (overload)']]),
    );
    await sim.run(29_000);
    expect(seen).toHaveLength(1);
    await sim.run(2_000);
    expect(seen).toHaveLength(2);
  });

  test('a silent registrar: timer F, then back-off, then all is well again', async () => {
    const { sim, registration, states, seen } = await setUp(grant(120));
    await sim.run(10);
    sim.network.weather = () => [];
    registration.refresh();
    await sim.run(32_000);
    expect(registration.state).toMatchObject({
      status: 'failed',
      text: 'Registrar does not answer',
      attempts: 1,
    });
    sim.network.weather = () => [1];
    await sim.run(1_000);
    expect(states).toEqual(['registered 200 0', 'failed - 1', 'registered 200 0']);
    expect(seen).toHaveLength(2);
  });

  test('LIN-020 refresh sends a REGISTER at once', async () => {
    const { sim, seen, registration } = await setUp(grant(120));
    await sim.run(1_000);
    registration.refresh();
    registration.refresh();
    await sim.run(100);
    expect(seen).toHaveLength(2);
  });

  test('unregister removes our own binding only and settles', async () => {
    const { sim, seen, registration, client } = await setUp((register) => {
      if (register.bindings[0]?.expires === 0) register.accept([]);
      else grant(120)(register);
    });
    await sim.run(1_000);
    const done = registration.unregister();
    await sim.run(100);
    await done;
    expect(expiries(seen)).toEqual(['120', '0']);
    expect(seen[1]?.register.removeAll).toBe(false);
    expect(seen[1]?.register.bindings).toEqual([{ uri: 'sip:20@10.0.0.2:5060', expires: 0 }]);
    expect(registration.state).toMatchObject({ status: 'unregistered', sipCode: 200 });
    await sim.run(600_000);
    expect(seen).toHaveLength(2);
    await client.endpoint.close();
  });

  test('unregister is bounded by timer F; stop sends nothing', async () => {
    const { sim, registration, seen } = await setUp(grant(120));
    await sim.run(1_000);
    sim.network.weather = () => [];
    const done = registration.unregister();
    await sim.run(32_000);
    await done;
    expect(registration.state.text).toBe('Registrar did not answer');
    const other = await setUp(grant(120));
    await other.sim.run(1_000);
    other.registration.stop();
    await other.sim.run(600_000);
    expect(other.seen).toHaveLength(1);
    expect(other.registration.state.status).toBe('unregistered');
    expect(seen).toHaveLength(1);
  });

  test('only the own binding counts when the registrar lists several', async () => {
    const { sim, registration } = await setUp((register) =>
      register.accept([
        { uri: 'sip:20@192.0.2.9:5060', expires: 3_000 },
        { uri: register.bindings[0]?.uri ?? '', expires: 77 },
      ]),
    );
    await sim.run(10);
    expect(registration.state.expiresSeconds).toBe(77);
  });
});

function newVerifier(user: string, password: string, now = () => 0): DigestVerifier {
  return new DigestVerifier({
    realm: 'pbx.example.net',
    algorithms: ['SHA-256', 'MD5'],
    passwordOf: (name) => (name === user ? password : undefined),
    hash: nodeHash,
    newNonce: () => randomHex(16),
    now,
  });
}
