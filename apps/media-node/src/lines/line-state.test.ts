import { lineState } from '@trunkline/contracts/lines.ts';
import { describe, expect, test } from 'vitest';
import { lineStateOf, misconfigured, uninitialised } from './line-state.ts';

const now = new Date('2026-11-23T09:00:00.000Z');
const later = new Date('2026-11-23T09:05:00.000Z');
const failed = (
  cause: 'refused' | 'unreachable' | 'dns',
  sipCode: number | null = null,
  reason = '',
) => ({ kind: 'failed', cause, sipCode, reason, retryMs: 5000 }) as const;
const stateOf = (...of: Parameters<typeof failed>) =>
  lineStateOf(failed(...of), { name: '21', hasPassword: true }, uninitialised(now), now);

describe('line state', () => {
  test('LIN-018 an accepted registration is open and says so', () => {
    expect(
      lineStateOf(
        { kind: 'registered', expiresSeconds: 300 },
        { name: '21', hasPassword: true },
        uninitialised(now),
        now,
      ),
    ).toEqual({
      state: 'open',
      reason: { category: 'none', sipCode: null, text: 'line functional' },
      since: now.toISOString(),
      nextAttemptAt: null,
    });
  });

  test.each([
    [403, 'Forbidden', 'login', 'PBX answered 403 Forbidden: wrong password for line 21'],
    [401, 'Unauthorized', 'login', 'PBX answered 401 Unauthorized: wrong password for line 21'],
    [404, 'Not Found', 'login', 'PBX answered 404 Not Found: line 21 is unknown there'],
    [402, 'Payment Required', 'licence', 'PBX answered 402 Payment Required'],
    [503, 'Service Unavailable', 'pbx', 'PBX answered 503 Service Unavailable'],
    [500, 'Server Internal Error', 'pbx', 'PBX answered 500 Server Internal Error'],
    [408, 'Request Timeout', 'communication', 'PBX answered 408 Request Timeout'],
    [
      423,
      'Interval Too Brief',
      'config',
      'PBX answered 423 Interval Too Brief: registration interval too short',
    ],
  ])('LIN-019 %d %s is a %s error in words', (code, phrase, category, text) => {
    const state = stateOf('refused', code, phrase);
    expect(state.state).toBe('failed');
    expect(state.reason).toEqual({ category, sipCode: code, text });
    expect(state.nextAttemptAt).toBe('2026-11-23T09:00:05.000Z');
  });

  test.each([
    ['unreachable', 'PBX not reachable: ECONNREFUSED'],
    ['dns', 'name of the registrar not found: ECONNREFUSED'],
  ] as const)('LIN-019 %s is a communication error', (cause, text) => {
    expect(stateOf(cause, null, 'ECONNREFUSED').reason).toEqual({
      category: 'communication',
      sipCode: null,
      text,
    });
  });

  test('LIN-019 a line without password is told so', () => {
    const state = lineStateOf(
      failed('refused', 401, 'Unauthorized'),
      { name: '21', hasPassword: false },
      uninitialised(now),
      now,
    );
    expect(state.reason.text).toBe(
      'PBX answered 401 Unauthorized: a password is asked for and line 21 has none',
    );
  });

  test('since stays while the same reason goes on, and moves when it changes', () => {
    const first = stateOf('unreachable');
    const second = lineStateOf(
      failed('unreachable'),
      { name: '21', hasPassword: true },
      first,
      later,
    );
    expect(second.since).toBe(first.since);
    expect(second.nextAttemptAt).not.toBe(first.nextAttemptAt);
    expect(
      lineStateOf(failed('refused', 403), { name: '21', hasPassword: true }, second, later).since,
    ).toBe(later.toISOString());
  });

  test.each([
    ['dns', null],
    ['unreachable', null],
    ['refused', 500],
    ['refused', 401],
  ] as const)('a reason of any length fits the contract: %s %s', (cause, sipCode) => {
    const state = stateOf(cause, sipCode, `\u{202e}${'\u{1F600}'.repeat(400)}`);
    expect(lineState.safeParse(state).success).toBe(true);
    expect(state.reason.text.isWellFormed()).toBe(true);
    expect(state.reason.text).not.toContain('\u{202e}');
    expect(lineState.safeParse(misconfigured('x'.repeat(400), now)).success).toBe(true);
  });
});
