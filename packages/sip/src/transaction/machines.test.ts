import { describe, expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { INVITE_CLIENT } from './invite-client.ts';
import { INVITE_SERVER } from './invite-server.ts';
import { type Action, Machine, type MachineTable, repeats } from './machine.ts';
import { NON_INVITE_CLIENT } from './non-invite-client.ts';
import { NON_INVITE_SERVER } from './non-invite-server.ts';
import { DEFAULT_TIMERS, type TimerName } from './timers.ts';

type AnyTable = MachineTable<string, string>;

const TABLES: [string, AnyTable, string][] = [
  ['INVITE client', INVITE_CLIENT, 'calling'],
  ['non-INVITE client', NON_INVITE_CLIENT, 'trying'],
  ['INVITE server', INVITE_SERVER, 'proceeding'],
  ['non-INVITE server', NON_INVITE_SERVER, 'trying'],
];

/** Runs a table with a fake clock and writes down what it does and when. */
function run(table: AnyTable, initial: string, reliable = false) {
  const clock = new FakeClock();
  const log: string[] = [];
  const note = (text: string) => log.push(`${clock.now()} ${text}`);
  class Written extends Machine<string, string, string> {
    protected transmit = () => void note('transmit');
    protected acknowledge = (m: string) => void note(`ack ${m}`);
    protected deliver = (m: string) => void note(`deliver ${m}`);
    protected fail = (cause: string) => void note(cause);
    protected terminated = () => void note('terminated');
  }
  const machine = new Written(table, initial, { clock, timers: DEFAULT_TIMERS, reliable });
  return { clock, log, machine, fire: (event: string, m = event) => machine.fire(event, m) };
}

describe.each(TABLES)('%s table', (_name, table, initial) => {
  const rules = Object.entries(table).flatMap(([state, events]) =>
    Object.entries(events).map(([event, rule]) => ({ state, event, rule })),
  );

  test('no state has two timers of one sort running', () => {
    const seen = new Map<string, Set<string>>();
    const visit = (state: string, running: ReadonlySet<string>) => {
      const known = [...running].sort().join('');
      const before = seen.get(state) ?? new Set();
      if (before.has(known)) return;
      seen.set(state, before.add(known));
      for (const repeating of [true, false]) {
        const sort = [...running].filter((timer) => repeats(timer as TimerName) === repeating);
        expect(sort.length, `${state}: ${known}`).toBeLessThan(2);
      }
      for (const { event, rule } of rules.filter((r) => r.state === state)) {
        const next = new Set(running);
        if (event.startsWith('timer')) next.delete(event.slice('timer'.length));
        for (const action of rule?.actions ?? []) {
          if (action.do === 'start' || action.do === 'again') next.add(action.timer);
          if (action.do === 'stop') next.delete(action.timer);
        }
        if (rule !== undefined) visit(rule.next, rule.next === 'terminated' ? new Set() : next);
      }
    };
    visit(initial, new Set());
  });

  test('every state can be reached and every state but terminated be left', () => {
    const reached = new Set([initial]);
    for (let grew = true; grew; ) {
      grew = false;
      for (const { state, rule } of rules) {
        if (reached.has(state) && rule !== undefined && !reached.has(rule.next)) {
          reached.add(rule.next);
          grew = true;
        }
      }
    }
    expect([...reached].sort()).toEqual(Object.keys(table).sort());
    for (const state of Object.keys(table)) {
      const leaves = rules.some((r) => r.state === state && r.rule?.next !== state);
      expect(leaves).toBe(state !== 'terminated');
    }
  });

  test('a timer that is started has a rule where it can fire', () => {
    for (const { rule } of rules) {
      for (const action of (rule?.actions ?? []) as readonly Action[]) {
        if (action.do !== 'start' && action.do !== 'again') continue;
        expect(table[rule?.next ?? '']).toHaveProperty(`timer${action.timer satisfies TimerName}`);
      }
    }
  });

  test('no walk over all events up to depth three leaves a timer running in terminated', () => {
    const events = [...new Set(rules.map((r) => r.event))];
    const walk = (path: string[]) => {
      const r = run(table, initial);
      for (const event of path) r.fire(event);
      if (r.machine.state === 'terminated') {
        expect(r.clock.pending).toBe(0);
        expect(r.log.filter((line) => line.endsWith('terminated'))).toHaveLength(1);
        return;
      }
      if (path.length >= 3) return;
      for (const event of events) walk([...path, event]);
    };
    walk([]);
  });
});

describe('INVITE client over UDP', () => {
  test('timer A doubles without bound, timer B ends it after 64·T1', () => {
    const { clock, log, fire } = run(INVITE_CLIENT, 'calling');
    fire('begin');
    clock.advance(40_000);
    expect(log).toEqual([
      '0 transmit',
      '500 transmit',
      '1500 transmit',
      '3500 transmit',
      '7500 transmit',
      '15500 transmit',
      '31500 transmit',
      '32000 timeout',
      '32000 terminated',
    ]);
  });

  test('a provisional response stops retransmission and timer B', () => {
    const { clock, log, fire, machine } = run(INVITE_CLIENT, 'calling');
    fire('begin');
    fire('1xx');
    clock.advance(100_000);
    expect(log).toEqual(['0 transmit', '0 deliver 1xx']);
    expect(machine.state).toBe('proceeding');
  });

  test('a 3xx-6xx is acknowledged each time and delivered once, for timer D', () => {
    const { clock, log, fire } = run(INVITE_CLIENT, 'calling');
    fire('begin');
    fire('3xx-6xx', '486');
    clock.advance(1_000);
    fire('3xx-6xx', '486');
    clock.advance(32_000);
    expect(log).toEqual([
      '0 transmit',
      '0 ack 486',
      '0 deliver 486',
      '1000 ack 486',
      '32000 terminated',
    ]);
  });

  test('RFC 6026: every 2xx is delivered until timer M', () => {
    const { clock, log, fire } = run(INVITE_CLIENT, 'calling');
    fire('begin');
    fire('2xx', 'a');
    clock.advance(10_000);
    fire('2xx', 'b');
    clock.advance(22_000);
    fire('2xx', 'late');
    expect(log).toEqual(['0 transmit', '0 deliver a', '10000 deliver b', '32000 terminated']);
  });

  test('over TCP nothing is retransmitted and timer D is zero', () => {
    const { clock, log, fire } = run(INVITE_CLIENT, 'calling', true);
    fire('begin');
    clock.advance(10_000);
    fire('3xx-6xx', '486');
    clock.advance(0);
    expect(log).toEqual(['0 transmit', '10000 ack 486', '10000 deliver 486', '10000 terminated']);
  });
});

describe('non-INVITE client over UDP', () => {
  test('timer E doubles up to T2, timer F ends it', () => {
    const { clock, log, fire } = run(NON_INVITE_CLIENT, 'trying');
    fire('begin');
    clock.advance(40_000);
    const times = [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    expect(log).toEqual([
      ...times.map((t) => `${t} transmit`),
      '32000 timeout',
      '32000 terminated',
    ]);
  });

  test('after a provisional response it repeats every T2', () => {
    const { clock, log, fire } = run(NON_INVITE_CLIENT, 'trying');
    fire('begin');
    clock.advance(100);
    fire('1xx');
    clock.advance(8_500);
    expect(log).toEqual([
      '0 transmit',
      '100 deliver 1xx',
      '500 transmit',
      '4500 transmit',
      '8500 transmit',
    ]);
  });

  test('repeated finals are absorbed for timer K', () => {
    const { clock, log, fire } = run(NON_INVITE_CLIENT, 'trying');
    fire('begin');
    fire('2xx');
    fire('2xx');
    clock.advance(5_000);
    expect(log).toEqual(['0 transmit', '0 deliver 2xx', '5000 terminated']);
  });
});

describe('INVITE server over UDP', () => {
  test('a 3xx-6xx is repeated by timer G up to T2 until timer H', () => {
    const { clock, log, fire } = run(INVITE_SERVER, 'proceeding');
    fire('send3xx-6xx');
    clock.advance(40_000);
    expect(log.slice(0, 6)).toEqual([
      '0 transmit',
      '500 transmit',
      '1500 transmit',
      '3500 transmit',
      '7500 transmit',
      '11500 transmit',
    ]);
    expect(log.slice(-2)).toEqual(['32000 timeout', '32000 terminated']);
  });

  test('the ACK silences it; repeated ACKs are absorbed for timer I', () => {
    const { clock, log, fire } = run(INVITE_SERVER, 'proceeding');
    fire('send3xx-6xx');
    fire('ack');
    fire('ack');
    clock.advance(5_000);
    expect(log).toEqual(['0 transmit', '5000 terminated']);
  });

  test('RFC 6026: a repeated INVITE after the 2xx is absorbed until timer L', () => {
    const { clock, log, fire } = run(INVITE_SERVER, 'proceeding');
    fire('send1xx');
    fire('request');
    fire('send2xx');
    fire('request');
    clock.advance(32_000);
    expect(log).toEqual(['0 transmit', '0 transmit', '0 transmit', '32000 terminated']);
  });
});

describe('non-INVITE server over UDP', () => {
  test('a repeated request is answered again until timer J', () => {
    const { clock, log, fire } = run(NON_INVITE_SERVER, 'trying');
    fire('request');
    fire('send2xx');
    fire('request');
    clock.advance(32_000);
    expect(log).toEqual(['0 transmit', '0 transmit', '32000 terminated']);
  });
});
