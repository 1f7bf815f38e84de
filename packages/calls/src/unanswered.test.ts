import { describe, expect, test } from 'vitest';
import { type CallOutcome, type MarkRule, type Rung, unansweredMarks } from './unanswered.ts';

/** Ringing in this order, one second apart; a repeated name rings again. */
function rang(...order: string[]): Rung[] {
  const seen = new Map<string, { firstRangAt: number; lastRangAt: number }>();
  order.forEach((userId, index) => {
    const earlier = seen.get(userId);
    seen.set(userId, { firstRangAt: earlier?.firstRangAt ?? index, lastRangAt: index });
  });
  return [...seen].map(([userId, times]) => ({ userId, ...times }));
}

const outcome = (over: Partial<CallOutcome>): CallOutcome => ({
  rang: [],
  answeredBy: null,
  pickedUp: false,
  redirectedByUser: false,
  ...over,
});

describe('SVC-018 worked cases', () => {
  const each: MarkRule[] = ['none', 'first', 'last', 'all'];
  test.each<[string, CallOutcome, MarkRule | 'any', MarkRule | 'any', string[]]>([
    ['1', outcome({ rang: rang('A', 'B', 'C') }), 'first', 'any', ['A']],
    ['2', outcome({ rang: rang('A', 'B', 'C') }), 'last', 'any', ['C']],
    ['4', outcome({ rang: rang('A', 'B', 'C') }), 'none', 'any', []],
    ['5', outcome({ rang: rang('A', 'B', 'C'), answeredBy: 'C' }), 'all', 'none', []],
    ['7', outcome({ rang: rang('A', 'B', 'C'), answeredBy: 'C' }), 'all', 'last', ['B']],
    ['8', outcome({ rang: rang('A', 'B', 'C'), answeredBy: 'C' }), 'none', 'all', ['A', 'B']],
    ['9', outcome({ rang: rang('A'), answeredBy: 'other', pickedUp: true }), 'all', 'all', []],
    ['10', outcome({ rang: rang('A'), answeredBy: 'E', pickedUp: true }), 'all', 'all', []],
    [
      '11',
      outcome({ rang: rang('A'), answeredBy: 'other', redirectedByUser: true }),
      'all',
      'all',
      [],
    ],
    ['13', outcome({ rang: rang('A', 'A') }), 'all', 'any', ['A']],
    ['15', outcome({ rang: rang('A', 'B', 'A', 'B'), answeredBy: 'B' }), 'any', 'all', ['A']],
    ['15a', outcome({ rang: rang('A', 'B', 'A') }), 'last', 'any', ['A']],
    ['17', outcome({ rang: rang('A'), answeredBy: 'A' }), 'all', 'all', []],
  ])('case %s', (_id, call, s1, s2, marks) => {
    for (const unansweredFor of s1 === 'any' ? each : [s1])
      for (const answeredElsewhereFor of s2 === 'any' ? each : [s2])
        expect(unansweredMarks(call, { unansweredFor, answeredElsewhereFor })).toEqual(marks);
  });
});

test('SVC-017 row 12: nobody rang, nobody is marked', () => {
  expect(
    unansweredMarks(outcome({}), { unansweredFor: 'all', answeredElsewhereFor: 'all' }),
  ).toEqual([]);
});

test('SVC-017 rows 5–7: of those who did not answer', () => {
  const call = outcome({ rang: rang('A', 'B', 'C'), answeredBy: 'other' });
  const marks = (rule: MarkRule) =>
    unansweredMarks(call, { unansweredFor: 'none', answeredElsewhereFor: rule });
  expect(marks('first')).toEqual(['A']);
  expect(marks('last')).toEqual(['C']);
  expect(marks('all')).toEqual(['A', 'B', 'C']);
});
