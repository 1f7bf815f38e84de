import { newId } from '@trunkline/contracts/ids.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ManualFact,
  type PresenceFact,
  presenceOf,
  type SessionFact,
  type TelephonyFact,
} from './presence.ts';

const now = new Date('2026-11-23T09:30:00.000Z');
const session: SessionFact = {
  source: 'session',
  key: 'dev',
  since: '2026-11-23T09:00:00.000Z',
  expiresAt: '2026-11-23T09:31:00.000Z',
};
const call: TelephonyFact = {
  source: 'telephony',
  key: newId('call'),
  state: 'connected',
  since: '2026-11-23T09:20:00.000Z',
  expiresAt: '2026-11-23T09:30:30.000Z',
};
const manual = (state: ManualFact['state'], over: Partial<ManualFact> = {}): ManualFact => ({
  source: 'manual',
  state,
  note: '',
  since: '2026-11-23T09:10:00.000Z',
  expiresAt: null,
  ...over,
});

describe('PLT-003 presence by rules from telephony, system and manual setting', () => {
  test.each<[string, PresenceFact[], string, string]>([
    ['no fact', [], 'offline', 'none'],
    ['signed in', [session], 'available', 'session'],
    ['in a call', [session, call], 'on_the_phone', 'telephony'],
    ['ringing only', [session, { ...call, state: 'ringing' }], 'available', 'session'],
    ['dialling', [session, { ...call, state: 'dialling' }], 'on_the_phone', 'telephony'],
    ['away by hand', [session, manual('away')], 'away', 'manual'],
    ['away by hand, then a call', [session, manual('away'), call], 'on_the_phone', 'telephony'],
    [
      'do not disturb during a call',
      [session, manual('do_not_disturb'), call],
      'do_not_disturb',
      'manual',
    ],
    ['do not disturb, signed out', [manual('do_not_disturb')], 'offline', 'none'],
    ['appear offline during a call', [session, manual('appear_offline'), call], 'offline', 'none'],
    ['call without a client', [call], 'on_the_phone', 'telephony'],
  ])('%s', (_name, facts, state, source) => {
    expect(presenceOf(facts, now).view).toMatchObject({ state, source });
  });
});

test('an expired fact counts for nothing: presence cannot stick', () => {
  const later = new Date('2026-11-23T09:30:30.000Z');
  const { view, facts } = presenceOf([session, call], later);
  expect(view.state).toBe('available');
  expect(facts.map((entry) => entry.role)).toEqual(['decided', 'expired']);
});

test('who appears offline gives nothing away', () => {
  expect(presenceOf([session, manual('appear_offline', { note: 'hiding' })], now).view).toEqual({
    state: 'offline',
    since: null,
    note: '',
    source: 'none',
    ringing: false,
  });
});

test('a call that rings is a mark beside the state, also for who is signed out', () => {
  const ringing = { ...call, state: 'ringing' as const };
  const marked = (facts: PresenceFact[], at = now) => presenceOf(facts, at).view;
  expect(marked([session, ringing])).toMatchObject({ state: 'available', ringing: true });
  expect(marked([session, call, { ...ringing, key: newId('call') }])).toMatchObject({
    state: 'on_the_phone',
    ringing: true,
  });
  expect(marked([ringing])).toMatchObject({ state: 'offline', ringing: true });
  expect(marked([session, { ...call, state: 'dialling' }])).toMatchObject({ ringing: false });
  expect(marked([session, ringing, manual('appear_offline')])).toMatchObject({ ringing: false });
  expect(marked([ringing], new Date('2026-11-23T09:30:30.000Z'))).toMatchObject({ ringing: false });
});

test('the answer says when it must be computed again', () => {
  expect(presenceOf([session, call], now).validUntil).toBe('2026-11-23T09:30:30.000Z');
  expect(presenceOf([manual('away')], now).validUntil).toBeNull();
});

test('exactly one fact decides unless nothing speaks, whatever the order', () => {
  const pool = [
    session,
    call,
    manual('busy'),
    manual('do_not_disturb'),
    { ...call, state: 'ringing' as const },
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(pool, { minLength: 1 }), (facts) => {
      const { view, facts: explained } = presenceOf(facts, now);
      const decided = explained.filter((entry) => entry.role === 'decided');
      expect(decided.length).toBe(view.source === 'none' ? 0 : 1);
    }),
  );
});
