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
  const specs = new Map<string, RegistrationSpec>();
  const status = new Map<string, (status: RegistrationStatus) => void>();
  const states: string[] = [];
  const note = (what: string) => entries.push({ at: time.monotonic(), what });
  const control = new LineControl({
    registrar: {
      register(spec: RegistrationSpec, onStatus) {
        if (spec.userName.includes(' ')) throw new Error('Malformed URI');
        note(`register ${spec.userName}`);
        specs.set(spec.userName, spec);
        status.set(spec.userName, onStatus);
        return {
          stop: () => note(`stop ${spec.userName}`),
          unregister: async () => {
            note(`unregister ${spec.userName}`);
          },
        };
      },
      monitor(spec, onStatus) {
        note(`ask for ${spec.userName}`);
        specs.set(spec.userName, spec);
        status.set(spec.userName, onStatus);
        const stop = () => void note(`stop asking for ${spec.userName}`);
        return { stop, unregister: async () => stop() };
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
  return { control, time, entries, specs, status, states, run };
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

describe('trunks', () => {
  const trunk = (kind: 'trunk_registered' | 'trunk_static') => testTenant({ kind }).config;
  const mark = (config: NodeTenantConfig, index: number) =>
    changed(config, (copy) => {
      groupOf(copy).registerLineId = lineOf(copy, index).id;
    });
  const stateOf = (config: NodeTenantConfig, control: LineControl) =>
    [0, 1].map((index) => control.stateOf(lineOf(config, index).id)?.state);
  const failed = {
    kind: 'failed',
    cause: 'unreachable',
    sipCode: null,
    reason: 'no answer',
    retryMs: 5000,
  } as const;

  test('LIN-049 one registration opens every line of the trunk, and closes them', async () => {
    const config = mark(trunk('trunk_registered'), 1);
    const { control, run, status } = diary();
    expect(await run(config, 10)).toEqual(['register 21']);
    expect(stateOf(config, control)).toEqual(['uninitialised', 'uninitialised']);
    status.get('21')?.({ kind: 'registered', expiresSeconds: 300 });
    expect(stateOf(config, control)).toEqual(['open', 'open']);
    status.get('21')?.(failed);
    expect(stateOf(config, control)).toEqual(['failed', 'failed']);
    expect(control.stateOf(lineOf(config, 0).id)?.reason.category).toBe('communication');
  });

  test('LIN-056 the mark moves: the old one is unregistered, the new one registers', async () => {
    const config = mark(trunk('trunk_registered'), 0);
    const { control, run, status } = diary();
    expect(await run(config, 10)).toEqual(['register 20']);
    status.get('20')?.({ kind: 'registered', expiresSeconds: 300 });
    const moved = mark(config, 1);
    expect(await run(moved, 10)).toEqual(['unregister 20', 'register 21']);
    status.get('21')?.({ kind: 'registered', expiresSeconds: 300 });
    expect(stateOf(moved, control)).toEqual(['open', 'open']);
  });

  test('without a mark the first line speaks for the trunk', async () => {
    const { run } = diary();
    expect(await run(trunk('trunk_registered'), 10)).toEqual(['register 20']);
  });

  test('lines without a password of their own call as the one that registers', async () => {
    const config = mark(trunk('trunk_registered'), 0);
    lineOf(config, 0).password = 'secret';
    lineOf(config, 0).authUserName = 'account';
    const { control, run } = diary();
    await run(config, 10);
    expect(control.specOf(lineOf(config, 1).id)).toMatchObject({
      userName: '21',
      authUserName: 'account',
      password: 'secret',
      contactUser: lineOf(config, 0).id,
    });
  });

  test('LIN-050, LIN-057 a fixed-IP trunk only asks; the mark moves without a farewell', async () => {
    const config = mark(trunk('trunk_static'), 0);
    const { control, run, status } = diary();
    expect(await run(config, 10)).toEqual(['ask for 20']);
    status.get('20')?.({ kind: 'reachable' });
    expect(stateOf(config, control)).toEqual(['open', 'open']);
    expect(await run(mark(config, 1), 10)).toEqual(['stop asking for 20', 'ask for 21']);
  });

  test('LIN-045 no answer fails all lines of a fixed-IP trunk', async () => {
    const config = trunk('trunk_static');
    const { control, run, status, states } = diary();
    await run(config, 10);
    status.get('20')?.({ kind: 'reachable' });
    states.length = 0;
    status.get('20')?.(failed);
    expect(states.toSorted()).toEqual(['20 failed', '21 failed']);
    const [first, second] = [0, 1].map((index) => control.stateOf(lineOf(config, index).id));
    expect(first).toMatchObject({
      reason: { category: 'communication', text: 'PBX not reachable: no answer' },
    });
    expect(second?.reason).toEqual(first?.reason);
  });

  test('LIN-020 a reset of any line opens the trunk afresh', async () => {
    const config = trunk('trunk_static');
    const { control, run, status, time, entries } = diary();
    await run(config, 10);
    status.get('20')?.({ kind: 'reachable' });
    control.reset(lineOf(config, 1).id);
    expect(stateOf(config, control)).toEqual(['uninitialised', 'uninitialised']);
    time.advance(10);
    expect(entries.map(({ what }) => what)).toEqual(['stop asking for 20', 'ask for 20']);
  });

  test('a group that becomes a trunk gives its registrations up', async () => {
    const { config } = testTenant();
    const { run } = diary();
    await run(config, 10);
    const asTrunk = changed(config, (copy) => {
      groupOf(copy).kind = 'trunk_registered';
    });
    expect(await run(asTrunk, 10)).toEqual(['unregister 20', 'unregister 21', 'register 20']);
  });
});
