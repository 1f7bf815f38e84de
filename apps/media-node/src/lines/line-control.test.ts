import { newId } from '@trunkline/contracts/ids.ts';
import type { NodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { describe, expect, test } from 'vitest';
import { tenantModel } from '../config/tenant-model.ts';
import { FakeTime } from '../testing/fake-time.ts';
import { testTenant } from '../testing/tenant.ts';
import { LineControl } from './line-control.ts';
import type { RegistrationSpec, RegistrationStatus } from './registrar.ts';

const logger = createLogger({ name: 'test', level: 'error', write: () => undefined });

/** A registrar that keeps a diary instead of sending. */
function diary() {
  const time = new FakeTime();
  const entries: { at: number; what: string }[] = [];
  const status = new Map<string, (status: RegistrationStatus) => void>();
  const states: string[] = [];
  const note = (what: string) => entries.push({ at: time.monotonic(), what });
  const control = new LineControl({
    registrar: {
      register(spec: RegistrationSpec, onStatus) {
        if (spec.userName.includes(' ')) throw new Error('Malformed URI');
        note(`register ${spec.userName}`);
        status.set(spec.userName, onStatus);
        return {
          stop: () => note(`stop ${spec.userName}`),
          unregister: async () => {
            note(`unregister ${spec.userName}`);
          },
        };
      },
    },
    time,
    logger,
    password: async (jwe) => (jwe === 'unreadable' ? null : jwe),
    onState: (entry, state) => states.push(`${entry.line.number} ${state.state}`),
  });
  const run = async (config: NodeTenantConfig, ms = 0) => {
    await control.reconcile([...tenantModel(config).lines.values()]);
    time.advance(ms);
    return entries.splice(0).map((entry) => entry.what);
  };
  return { control, time, entries, status, states, run };
}

function changed(config: NodeTenantConfig, change: (config: NodeTenantConfig) => void) {
  const copy = structuredClone(config);
  change(copy);
  return copy;
}
const groupOf = (config: NodeTenantConfig) => {
  const [group] = config.lineGroups;
  if (!group) throw new Error('no group');
  return group;
};
const lineOf = (config: NodeTenantConfig, index: number) => {
  const line = groupOf(config).lines[index];
  if (!line) throw new Error('no line');
  return line;
};

describe('registrations of a line group', () => {
  test('LIN-042 the last of 200 REGISTERs leaves >= 9.95 s after the first', async () => {
    const { config } = testTenant({ registerDelayMs: 50 });
    const template = lineOf(config, 0);
    groupOf(config).lines = Array.from({ length: 200 }, (_, index) => ({
      ...template,
      id: newId('line'),
      userName: String(100 + index),
      number: String(100 + index),
    }));
    const { control, time, entries } = diary();
    await control.reconcile([...tenantModel(config).lines.values()]);
    time.advance(20_000);
    expect(entries).toHaveLength(200);
    expect((entries.at(-1)?.at ?? 0) - (entries[0]?.at ?? 0)).toBeGreaterThanOrEqual(9950);
  });

  test('only a changed line is touched', async () => {
    const { config } = testTenant();
    const { run } = diary();
    expect(await run(config, 10)).toEqual(['register 20', 'register 21']);
    expect(await run(structuredClone(config), 10)).toEqual([]);
    const newPassword = changed(config, (copy) => {
      lineOf(copy, 1).password = 'other';
    });
    expect(await run(newPassword, 10)).toEqual(['stop 21', 'register 21']);
  });

  test('who owns a line, and what its group answers, changes no registration', async () => {
    const { config } = testTenant();
    const { run } = diary();
    await run(config, 10);
    const other = changed(config, (copy) => {
      lineOf(copy, 0).userIds = [];
      groupOf(copy).notSignedInResponse = 480;
      groupOf(copy).name = 'renamed';
    });
    expect(await run(other, 10)).toEqual([]);
  });

  test('a removed line is unregistered, a moved one unregistered and registered', async () => {
    const { config } = testTenant();
    const { run } = diary();
    await run(config, 10);
    const without = changed(config, (copy) => groupOf(copy).lines.splice(0, 1));
    expect(await run(without, 10)).toEqual(['unregister 20']);
    const moved = changed(without, (copy) => {
      groupOf(copy).registrarPort = 5070;
    });
    expect(await run(moved, 10)).toEqual(['unregister 21', 'register 21']);
  });

  test('a line removed before its turn is never registered', async () => {
    const { config } = testTenant({ registerDelayMs: 1000 });
    const { run } = diary();
    expect(await run(config, 10)).toEqual(['register 20']);
    const without = changed(config, (copy) => groupOf(copy).lines.splice(1, 1));
    expect(await run(without, 5000)).toEqual([]);
  });

  test('LIN-020 a reset sends a new REGISTER and the state starts over', async () => {
    const { config } = testTenant();
    const { control, run, status, states, time, entries } = diary();
    await run(config, 10);
    status.get('20')?.({ kind: 'registered', expiresSeconds: 300 });
    expect(control.isOpen(lineOf(config, 0).id)).toBe(true);
    states.length = 0;
    control.reset(lineOf(config, 0).id);
    time.advance(10);
    expect(entries.map((entry) => entry.what)).toEqual(['stop 20', 'register 20']);
    expect(states).toEqual(['20 uninitialised']);
  });

  test('a late word of a registration already replaced is not heard', async () => {
    const { config } = testTenant();
    const { control, run, status } = diary();
    await run(config, 10);
    const old = status.get('20');
    control.reset(lineOf(config, 0).id);
    old?.({ kind: 'registered', expiresSeconds: 300 });
    expect(control.isOpen(lineOf(config, 0).id)).toBe(false);
  });

  test('a password that cannot be opened is a configuration error, not a wrong login', async () => {
    const { config } = testTenant();
    lineOf(config, 0).password = 'unreadable';
    const { control, run } = diary();
    expect(await run(config, 10)).toEqual(['register 21']);
    expect(control.stateOf(lineOf(config, 0).id)).toMatchObject({
      state: 'failed',
      reason: { category: 'config' },
    });
  });

  test('a line whose data make no SIP address disturbs no other', async () => {
    const { config } = testTenant();
    lineOf(config, 0).userName = '2 0';
    const { control, run } = diary();
    expect(await run(config, 10)).toEqual(['register 21']);
    expect(control.stateOf(lineOf(config, 0).id)?.reason).toEqual({
      category: 'config',
      sipCode: null,
      text: 'no SIP address: Malformed URI',
    });
  });

  test('a stopping node leaves its registrations, a drained one takes them back', async () => {
    for (const [unregister, expected] of [
      [false, ['stop 20', 'stop 21']],
      [true, ['unregister 20', 'unregister 21']],
    ] as const) {
      const { config } = testTenant();
      const { control, run, entries } = diary();
      await run(config, 10);
      await control.close(unregister);
      expect(entries.map((entry) => entry.what)).toEqual(expected);
    }
  });
});
