import { describe, expect, test } from 'vitest';
import { floodWhileCalling } from './hostile/scene.ts';

const RATE = 2_000;
const SECONDS = 20;
const CALLS = 25;
/** What a look at a heap may differ by without anything having grown. */
const HEAP_NOISE = 3e6;

describe('2,000 hostile messages a second', () => {
  test('the PBX is served, strangers get at most one small answer, nothing is kept of them', {
    timeout: 150_000,
  }, async () => {
    const { flood, calls, failures, reports, after, pardoned } = await floodWhileCalling({
      rate: RATE,
      seconds: SECONDS,
      calls: CALLS,
      t1: 100,
      penaltyMs: 4_000,
      settleSeconds: 8,
    });
    const tell = JSON.stringify({ flood, calls, failures, reports, after });

    // The attack was one.
    expect(flood.sent, tell).toBeGreaterThanOrEqual(RATE * SECONDS * 0.95);
    expect(Object.keys(flood.byName), tell).toHaveLength(11);
    expect(flood.connections.opened, tell).toBeGreaterThan(SECONDS * 10);
    expect(after.gate.penalties, tell).toBeGreaterThan(0);
    expect(after.gate.shutOut, tell).toBeGreaterThan(flood.sent / 4);
    expect(after.gate.malformed, tell).toBeGreaterThan(0);

    // Calls in both directions.
    expect(calls.placed, tell).toBeGreaterThanOrEqual(SECONDS * CALLS);
    expect(calls.complete / calls.placed, tell).toBeGreaterThanOrEqual(0.999);
    expect(failures.length / calls.placed, tell).toBeLessThanOrEqual(0.001);
    const { placed, complete } = after.outgoing;
    expect(placed, tell).toBe(Math.floor(calls.placed / 2));
    expect(complete / placed, tell).toBeGreaterThanOrEqual(0.999);

    // Nobody is amplified: one answer a request at most, never more bytes than came.
    expect(Object.keys(flood.answers), tell).toEqual(['403']);
    expect(flood.mostAnswers, tell).toBe(1);
    expect(flood.amplified, tell).toBe(0);
    expect(flood.bytesBack, tell).toBeLessThan(flood.bytesOut / 20);

    // Memory is in balance, and so it stays.
    const heaps = reports.map(({ heap }) => heap);
    const [settled = 0] = heaps;
    expect(Math.max(...heaps) - settled, tell).toBeLessThan(HEAP_NOISE);
    expect(after.heap - settled, tell).toBeLessThan(HEAP_NOISE);

    expect(pardoned, tell).toBe(403);
  });
});
