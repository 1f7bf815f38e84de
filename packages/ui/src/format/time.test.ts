import { expect, test } from 'vitest';
import { dayKey, daysAgo, formatClock, formatDay, formatDuration, formatTimer } from './time.ts';

const now = new Date(2026, 10, 23, 9, 15);

test('days are named the way people say them', () => {
  expect(formatDay(now, now, 'de')).toBe('Heute');
  expect(formatDay(new Date(2026, 10, 22, 23, 59), now, 'de')).toBe('Gestern');
  expect(formatDay(new Date(2026, 10, 22, 23, 59), now, 'en')).toBe('Yesterday');
  expect(formatDay(new Date(2026, 10, 20), now, 'en')).toBe('Friday');
  expect(formatDay(new Date(2026, 10, 2), now, 'de')).toContain('2. November');
  expect(formatDay(new Date(2025, 10, 2), now, 'de')).toContain('2025');
});

test('midnight decides the day, not 24 hours', () => {
  expect(daysAgo(new Date(2026, 10, 22, 23, 59), new Date(2026, 10, 23, 0, 1))).toBe(1);
  expect(dayKey(new Date(2026, 0, 5))).toBe('2026-01-05');
});

test('clock and durations', () => {
  expect(formatClock(now, 'de')).toBe('09:15');
  expect(formatTimer(7_900)).toBe('0:07');
  expect(formatTimer(3_725_000)).toBe('1:02:05');
  expect(formatDuration(192_000, 'en')).toBe('3 mins 12 secs');
  expect(formatDuration(192_000, 'de')).toBe('3 Min. 12 Sek.');
  expect(formatDuration(3_600_000, 'de')).toBe('1 Std.');
  expect(formatDuration(0, 'en')).toBe('0 secs');
});
