import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from './clock.ts';

describe('timers of the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const fired: string[] = [];
  const set = (name: string, ms: number) => systemClock.setTimer(() => fired.push(name), ms);
  const during = (ms: number) => {
    fired.length = 0;
    vi.advanceTimersByTime(ms);
    return [...fired];
  };

  test('fall due in order, each after its own duration', () => {
    set('a', 500);
    set('b', 200);
    vi.advanceTimersByTime(100);
    set('c', 500);
    expect(during(99)).toEqual([]);
    expect(during(2)).toEqual(['b']);
    expect(during(300)).toEqual(['a']);
    expect(during(94)).toEqual([]);
    expect(during(12)).toEqual(['c']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('many of one duration share a timer of the platform, and are hardly late', () => {
    for (let i = 0; i < 100; i++) {
      set(String(i), 32_000);
      vi.advanceTimersByTime(1);
    }
    expect(vi.getTimerCount()).toBe(1);
    expect(during(31_898)).toEqual([]);
    const first = during(22);
    expect(first.length).toBeGreaterThan(0);
    expect([...first, ...during(100)]).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
  });

  test('one that is stopped does not fire, the last of its duration keeps nothing running', () => {
    const handles = ['a', 'b', 'c'].map((name) => set(name, 500));
    systemClock.clearTimer(handles[1]);
    systemClock.clearTimer(handles[1]);
    expect(during(600)).toEqual(['a', 'c']);
    for (const handle of handles) systemClock.clearTimer(handle);
    const only = set('d', 500);
    systemClock.clearTimer(only);
    expect(vi.getTimerCount()).toBe(0);
    expect(during(600)).toEqual([]);
    systemClock.clearTimer(undefined);
  });

  test('may be set and stopped by another that fires; what throws stops nobody', () => {
    const later = set('never', 500);
    fired.length = 0;
    systemClock.setTimer(() => {
      fired.push('first');
      systemClock.clearTimer(later);
      set('next', 400);
      throw new Error('of the handler');
    }, 400);
    set('second', 400);
    expect(() => vi.advanceTimersByTime(410)).toThrow('of the handler');
    vi.advanceTimersByTime(1_000);
    expect(fired).toEqual(['first', 'second', 'next']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
