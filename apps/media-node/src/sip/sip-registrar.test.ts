import { systemClock } from '@trunkline/platform/clock.ts';
import type { SipEndpointOptions } from '@trunkline/sip/endpoint/endpoint.ts';
import { Simulation } from '@trunkline/sip/testing/simulation.ts';
import { describe, expect, test } from 'vitest';
import { lineStateOf, uninitialised } from '../lines/line-state.ts';
import type { RegistrationSpec, RegistrationStatus } from '../lines/registrar.ts';
import { PbxResolver } from './resolver.ts';
import { SipRegistrar } from './sip-registrar.ts';

const spec: RegistrationSpec = {
  kind: 'registration',
  registrarHost: '10.0.0.1',
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
  expiresSeconds: 3600,
  natRefreshSeconds: 0,
  optionsSeconds: 60,
  contactUser: '20',
};

/** Our registrar client at 10.0.0.2 and a PBX at 10.0.0.1 that answers a REGISTER as told. */
async function office(options: { random?: () => number; refuse?: () => number | null } = {}) {
  const { random = () => 0.5, refuse = () => null } = options;
  const sim = new Simulation();
  const now = () => sim.clock.now() - 1_000_000;
  const pbx = await sim.endpoint('10.0.0.1');
  const registers: number[] = [];
  pbx.endpoint.onRegister((register) => {
    registers.push(now());
    const status = refuse();
    if (status !== null) register.reject(status);
    else register.accept(register.bindings.map(({ uri }) => ({ uri, expires: 3600 })));
  });
  const refreshes: number[] = [];
  const openTransport: NonNullable<SipEndpointOptions['openTransport']> = async (
    { transport, bindAddress, port },
    listener,
  ) => {
    const opened = sim.network.open({ address: bindAddress, port }, listener, transport);
    const keepAlive: typeof opened.keepAlive = (to, done) => {
      expect(to).toMatchObject({ address: '10.0.0.1', port: 5060 });
      refreshes.push(now());
      opened.keepAlive(to, done);
    };
    return { ...opened, keepAlive };
  };
  const client = await sim.endpoint('10.0.0.2', {
    random,
    openTransport,
  });
  const registrar = new SipRegistrar(client.endpoint, new PbxResolver());
  const states: string[] = [];
  let state = uninitialised(systemClock.now());
  const onStatus = (status: RegistrationStatus) => {
    state = lineStateOf(status, { name: '20', hasPassword: false }, state, systemClock.now());
    states.push(state.state);
  };
  return { sim, registrar, registers, refreshes, states, onStatus };
}

const gaps = (times: readonly number[]) =>
  times.slice(1).map((at, index) => at - (times[index] ?? 0));

describe('LIN-043 NAT refresh', () => {
  test('keeps the way to the registrar open at its interval, and ends with the line', async () => {
    const { sim, registrar, refreshes, onStatus } = await office();
    const registration = registrar.register({ ...spec, natRefreshSeconds: 30 }, onStatus);
    await sim.run(300_000);
    expect(refreshes.length).toBeGreaterThanOrEqual(10);
    for (const gap of gaps(refreshes)) {
      expect(gap).toBeLessThanOrEqual(30_002);
      expect(gap).toBeGreaterThan(26_000);
    }
    const before = refreshes.length;
    registration.stop();
    await sim.run(300_000);
    expect(refreshes).toHaveLength(before);
  });

  test('0 is off: re-registration alone', async () => {
    const { sim, registrar, refreshes, registers, onStatus } = await office();
    registrar.register(spec, onStatus);
    await sim.run(3_600_000);
    expect(refreshes).toEqual([]);
    expect(registers.length).toBeGreaterThan(1);
  });
});

describe('LIN-094 a line that cannot be opened', () => {
  test('is tried again without end from 5 s to 5 min, failed until it succeeds', async () => {
    let status: number | null = 500;
    const { sim, registrar, registers, states, onStatus } = await office({
      random: () => 0.999,
      refuse: () => status,
    });
    registrar.register(spec, onStatus);
    await sim.run(3_600_000);
    const seconds = gaps(registers).map((ms) => Math.round(ms / 1000));
    expect(seconds.slice(0, 9)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    expect(new Set(states)).toEqual(new Set(['failed']));
    status = null;
    await sim.run(300_100);
    expect(states.at(-1)).toBe('open');
  });

  test('with jitter: half of each wait at random', async () => {
    const { sim, registrar, registers, onStatus } = await office({
      random: () => 0,
      refuse: () => 500,
    });
    registrar.register(spec, onStatus);
    await sim.run(60_000);
    const seconds = gaps(registers).map((ms) => Math.round(ms / 100) / 10);
    expect(seconds.slice(0, 4)).toEqual([2.5, 5, 10, 20]);
  });
});
