import { type CallLimits, defaultCallLimits } from '@trunkline/contracts/call-limits.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import { awayMs, createTollGuard, type TollCall, type TollGuard } from './toll-guard.ts';

let now = 0;
let guard: TollGuard;
let serial = 0;
const minute = 60_000;

beforeEach(() => {
  now = 1_000_000;
  guard = createTollGuard({ clock: { monotonic: () => now } });
});

function call(number: string | null, over: Partial<TollCall> = {}): TollCall {
  return {
    tenantId: 'ten_a',
    callId: `cal_${++serial}`,
    userId: 'usr_a',
    number,
    homeCountries: ['49'],
    emergency: false,
    ...over,
  };
}
const limits = (over: Partial<CallLimits> = {}): CallLimits => ({ ...defaultCallLimits, ...over });

describe('destinations', () => {
  test.each([
    ['+49301234567', limits(), 'ok'],
    ['+4490012345', limits({ countries: [] }), 'country'],
    ['+8816123456', limits({ countries: ['*'] }), 'blocked_prefix'],
    ['+49900123456', limits(), 'blocked_prefix'],
    ['+5312345678', limits(), 'country'],
    ['+5312345678', limits({ countries: ['*'] }), 'ok'],
    [null, limits({ countries: [] }), 'ok'],
    ['49', limits({ countries: [] }), 'ok'],
  ] as const)('VOX-133 %s: %#', (number, allowed, expected) => {
    const decision = guard.admit(call(number), allowed);
    expect(decision.ok ? 'ok' : decision.reason).toBe(expected);
    if (!decision.ok) expect(decision.destination?.length).toBeLessThanOrEqual(7);
  });
});

describe('counts', () => {
  test('calls at a time, freed by the end of one', () => {
    const small = limits({ concurrentCalls: 2 });
    const first = call('+491');
    expect(guard.admit(first, small).ok).toBe(true);
    expect(guard.admit(call('+491'), small).ok).toBe(true);
    expect(guard.admit(call('+491'), small)).toMatchObject({ reason: 'concurrent_calls' });
    guard.ended('ten_a', first.callId);
    expect(guard.admit(call('+491'), small).ok).toBe(true);
    // Another tenant has its own.
    expect(guard.admit(call('+491', { tenantId: 'ten_b' }), small).ok).toBe(true);
  });

  test('VOX-133 a call sent out of the house counts as one of three minutes, whoever says it ended', () => {
    const small = limits({ concurrentCalls: 2, callsPerMinute: 100, foreignMinutesPerHour: 3 });
    const [away, inside] = [call('+4412345'), call(null)];
    for (const one of [away, inside]) expect(guard.admit(one, small).ok).toBe(true);
    for (const one of [away, inside, away]) guard.sentAway('ten_a', one.callId);
    guard.ended('ten_a', away.callId);
    guard.sentAway('ten_a', 'unknown');
    guard.ended('ten_a', 'unknown');
    // The one that stays inside is the PBX's alone.
    const third = call('+491');
    expect(guard.admit(third, small).ok).toBe(true);
    expect(guard.admit(call('+491'), small)).toMatchObject({ reason: 'concurrent_calls' });
    guard.ended('ten_a', third.callId);
    now += awayMs - 1;
    expect(guard.admit(call('+44'), small).ok).toBe(true);
    expect(guard.admit(call('+491'), small)).toMatchObject({ reason: 'concurrent_calls' });
    now += minute;
    expect(guard.admit(call('+491'), small).ok).toBe(true);
    // Its three minutes are spent, and no more than those.
    expect(guard.admit(call('+44'), small)).toMatchObject({ reason: 'concurrent_calls' });
    const more = { ...small, concurrentCalls: 10 };
    expect(guard.admit(call('+44'), more)).toMatchObject({ reason: 'foreign_minutes' });
    expect(guard.admit(call('+44'), { ...more, foreignMinutesPerHour: 3.01 }).ok).toBe(true);
  });

  test('a tenant is forgotten though nobody told of the end of what it sent away', () => {
    const one = call('+491');
    guard.admit(one, limits());
    guard.sentAway('ten_a', one.callId);
    now += awayMs + 2 * minute;
    guard.admit(call('+491', { tenantId: 'ten_b' }), limits());
    expect(guard.size).toBe(1);
  });

  test('attempts in any 60 s: the window slides', () => {
    const small = limits({ callsPerMinute: 3 });
    for (const userId of ['usr_a', 'usr_b', 'usr_c']) {
      const one = call('+491', { userId });
      expect(guard.admit(one, small).ok).toBe(true);
      guard.ended('ten_a', one.callId);
      now += 10_000;
    }
    expect(guard.admit(call('+491'), small)).toMatchObject({ reason: 'call_rate' });
    now += 30_001;
    expect(guard.admit(call('+491'), small).ok).toBe(true);
    expect(guard.admit(call('+491'), small)).toMatchObject({ reason: 'call_rate' });
  });

  test('one user’s attempts do not take those of the others', () => {
    const small = limits({ callsPerMinuteUser: 2 });
    guard.admit(call('+491'), small);
    guard.admit(call('+491'), small);
    expect(guard.admit(call('+491'), small)).toMatchObject({ reason: 'user_call_rate' });
    expect(guard.admit(call('+491', { userId: 'usr_b' }), small).ok).toBe(true);
  });

  test('foreign minutes of an hour: running calls are named, national ones unaffected', () => {
    const small = limits({ foreignMinutesPerHour: 2 });
    const abroad = call('+4312345');
    guard.admit(abroad, small);
    const home = call('+491');
    guard.admit(home, small);
    now += 5 * minute;
    // Ringing costs nothing.
    expect(guard.exhausted('ten_a', small)).toEqual([]);
    guard.answered('ten_a', abroad.callId);
    guard.answered('ten_a', home.callId);
    now += 2 * minute - 1;
    expect(guard.exhausted('ten_a', small)).toEqual([]);
    now += 1;
    expect(guard.exhausted('ten_a', small)).toEqual([abroad.callId]);
    guard.ended('ten_a', abroad.callId);
    expect(guard.admit(call('+4312345'), small)).toMatchObject({
      reason: 'foreign_minutes',
      destination: '+431',
    });
    expect(guard.admit(call('+491'), small).ok).toBe(true);
    now += 61 * minute;
    expect(guard.admit(call('+4312345'), small).ok).toBe(true);
  });

  test('catalogue decision 6: emergency calls pass every limit and count nowhere', () => {
    const none = limits({ concurrentCalls: 1, callsPerMinute: 1, countries: [] });
    expect(guard.admit(call('+491'), none).ok).toBe(true);
    expect(guard.admit(call('+491'), none).ok).toBe(false);
    for (let index = 0; index < 50; index++)
      expect(guard.admit(call('112', { emergency: true }), none).ok).toBe(true);
    expect(guard.admit(call(null, { tenantId: 'ten_b' }), none).ok).toBe(true);
  });
});

describe('VOX-133 a replayed fraud script', () => {
  const targets = [
    '+8816',
    '+88213',
    '+979',
    '+49900',
    '+2526',
    '+5399',
    '+67574',
    '+9607',
    '+4490',
  ];
  test('bursts to premium, satellite and far countries are stopped within 10 calls', () => {
    let passed = 0;
    for (let index = 0; index < 500; index++) {
      const number = `${targets[index % (targets.length - 1)]}${100_000 + index}`;
      if (guard.admit(call(number), limits()).ok) passed++;
      now += 50;
    }
    expect(passed).toBeLessThan(10);
  });

  test('a burst to allowed foreign numbers meets the user’s rate; the emergency number passes', () => {
    const small = limits({ callsPerMinuteUser: 8 });
    let passed = 0;
    for (let index = 0; index < 200; index++) {
      if (guard.admit(call(`+4490${100_000 + index}`), small).ok) passed++;
      now += 50;
    }
    expect(passed).toBeLessThan(10);
    expect(guard.admit(call('112', { emergency: true }), small).ok).toBe(true);
  });
});

test('state is bounded: what is over is forgotten', () => {
  for (let index = 0; index < 5_000; index++) {
    const one = call('+491', { tenantId: `ten_${index}`, userId: `usr_${index}` });
    guard.admit(one, limits());
    guard.ended(one.tenantId, one.callId);
  }
  now += 2 * minute;
  guard.admit(call('+491', { tenantId: 'ten_new' }), limits());
  expect(guard.size).toBe(1);
});
