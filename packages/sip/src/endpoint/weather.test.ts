import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Simulation } from '../testing/simulation.ts';
import type { IncomingCall } from './incoming-call.ts';

/** What the two people do, in seconds after the call began. */
const script = fc.record({
  answerAt: fc.option(fc.integer({ min: 0, max: 6_000 })),
  cancelAt: fc.option(fc.integer({ min: 0, max: 6_000 })),
  callerByeAt: fc.option(fc.integer({ min: 5_000, max: 12_000 })),
  calleeByeAt: fc.option(fc.integer({ min: 5_000, max: 12_000 })),
});

/** Per datagram: lost, once, or twice with other delays (which also reorders). */
const fates = fc.infiniteStream(
  fc.oneof(
    { weight: 2, arbitrary: fc.constant<number[]>([]) },
    { weight: 5, arbitrary: fc.integer({ min: 1, max: 50 }).map((ms) => [ms]) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 900 })),
    },
  ),
);

describe('calls in bad weather', () => {
  test('a call over a clear network takes seven messages', async () => {
    const sim = new Simulation();
    const caller = await sim.endpoint('10.0.0.1');
    const callee = await sim.endpoint('10.0.0.2');
    callee.endpoint.onInvite((call) => {
      call.ringing();
      call.answer('v=0');
    });
    const call = caller.endpoint.invite({
      requestUri: 'sip:20@10.0.0.2',
      to: 'sip:20@x.example',
      from: 'sip:10@x.example',
      contactUser: '10',
      body: 'v=0',
    });
    await sim.run(100);
    void call.bye();
    await sim.run(100_000);
    expect(caller.log.events).toHaveLength(7);
    expect(sim.clock.pending).toBe(0);
  });

  test('loss, duplication and reordering: both sides end, each end is told once, nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(script, fates, async (people, fate) => {
        const sim = new Simulation();
        const luck = fate[Symbol.iterator]();
        sim.network.weather = () => luck.next().value ?? [1];
        const caller = await sim.endpoint('10.0.0.1');
        const callee = await sim.endpoint('10.0.0.2');
        const told: string[] = [];
        let incoming: IncomingCall | undefined;
        callee.endpoint.onInvite((call) => {
          // No INVITE may surface twice.
          expect(incoming).toBeUndefined();
          incoming = call;
          call.on('over', () => told.push('callee over'));
          call.ringing();
        });
        const call = caller.endpoint.invite({
          requestUri: 'sip:20@10.0.0.2',
          to: 'sip:20@x.example',
          from: 'sip:10@x.example',
          contactUser: '10',
          body: 'v=0',
          ringTimeoutMs: 20_000,
        });
        call.on('answered', () => told.push('caller answered'));
        call.on('failed', () => told.push('caller failed'));
        call.on('ended', () => told.push('caller ended'));
        const at = (ms: number | null, act: () => void) => {
          if (ms !== null) sim.clock.setTimer(act, ms);
        };
        at(people.answerAt, () => incoming?.answer('v=0'));
        at(people.cancelAt, () => call.cancel());
        at(people.callerByeAt, () => void call.bye());
        at(people.calleeByeAt, () => void incoming?.bye());
        // A call nobody ended by then goes on for good: the caller hangs up.
        at(100_000, () => void call.bye());
        await sim.run(300_000);

        const caught = told.filter((line) => line.startsWith('caller'));
        expect([['caller failed'], ['caller answered', 'caller ended']]).toContainEqual(caught);
        expect(call.state).toBe('terminated');
        expect(caller.endpoint.transactionCount).toBe(0);
        expect(caller.endpoint.callCount).toBe(0);
        // When every BYE was lost the other side cannot know; that needs session timers.
        if (incoming?.state === 'confirmed') void incoming.bye();
        await sim.run(100_000);
        expect(told.filter((line) => line === 'callee over')).toHaveLength(
          incoming === undefined ? 0 : 1,
        );
        expect(callee.endpoint.callCount).toBe(0);
        expect(callee.endpoint.transactionCount).toBe(0);
        expect(sim.clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  }, 30_000);
});
