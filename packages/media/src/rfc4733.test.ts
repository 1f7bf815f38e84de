import { describe, expect, test } from 'vitest';
import {
  digitOfEvent,
  eventOfDigit,
  parseTelephoneEvent,
  rescaleTelephoneEvent,
  serializeTelephoneEvent,
  TelephoneEventReceiver,
  telephoneEventSteps,
} from './rfc4733.ts';

describe('telephone-event payload', () => {
  test('has the layout of RFC 4733 §2.3', () => {
    const payload = serializeTelephoneEvent({ event: 11, end: true, volume: 10, duration: 0x0320 });
    expect([...payload]).toEqual([11, 0x8a, 0x03, 0x20]);
    expect(parseTelephoneEvent(payload)).toEqual({
      event: 11,
      end: true,
      volume: 10,
      duration: 800,
    });
  });

  test('is refused when cut', () => {
    expect(parseTelephoneEvent(Uint8Array.of(1, 2, 3))).toBeNull();
  });

  test('names the keys', () => {
    const keys = [...'0123456789*#ABCD'];
    expect(keys.map(eventOfDigit)).toEqual(keys.map((_, i) => i));
    expect(eventOfDigit('c')).toBe(14);
    expect(digitOfEvent(14)).toBe('C');
    for (const wrong of ['', 'E', '12', ' ']) expect(eventOfDigit(wrong)).toBeUndefined();
    expect(digitOfEvent(16)).toBeUndefined();
  });
});

describe('the packets of a key press', () => {
  const steps = telephoneEventSteps('5', 100);
  const events = steps.map((step) => parseTelephoneEvent(step.payload));

  test('come every 20 ms, grow, and end three times', () => {
    expect(steps.map((s) => s.atMs)).toEqual([0, 20, 40, 60, 80, 100, 120]);
    expect(events.map((e) => e?.duration)).toEqual([160, 320, 480, 640, 800, 800, 800]);
    expect(events.map((e) => e?.end)).toEqual([false, false, false, false, true, true, true]);
  });

  test('only the first is marked', () => {
    expect(steps.filter((s) => s.marker)).toHaveLength(1);
    expect(steps[0]?.marker).toBe(true);
  });

  test('refuse what is no key or too long for the 16-bit duration', () => {
    expect(() => telephoneEventSteps('x', 100)).toThrow(RangeError);
    expect(() => telephoneEventSteps('1', 8192)).toThrow(RangeError);
    expect(() => telephoneEventSteps('1', 0)).toThrow(RangeError);
  });
});

describe('receiving', () => {
  const press = (digit: string, timestamp: number, ssrc = 1) =>
    telephoneEventSteps(digit, 100).map(({ payload }) => ({ ssrc, timestamp, payload }));
  const receive = (packets: ReturnType<typeof press>) => {
    const receiver = new TelephoneEventReceiver();
    return packets.map((p) => receiver.push(p)).filter((d) => d !== undefined);
  };

  test('VOX-120 a key pressed once appears once', () => {
    expect(receive(press('7', 1000))).toEqual(['7']);
  });

  test('VOX-120 keys typed quickly come in order, the same key twice too', () => {
    const packets = [...'1123#'].flatMap((d, i) => press(d, 1000 + i * 1360));
    expect(receive(packets)).toEqual([...'1123#']);
  });

  test('a press is recognised by any one of its packets', () => {
    for (const packet of press('9', 5)) expect(receive([packet])).toEqual(['9']);
  });

  test('a late packet of an earlier press is no new press', () => {
    const first = press('1', 1000);
    const second = press('2', 3000);
    expect(receive([...first.slice(0, 5), ...second, ...first.slice(5)])).toEqual(['1', '2']);
  });

  test('the timestamp may wrap, and a new source starts afresh', () => {
    expect(receive([...press('1', 0xffffff00), ...press('2', 0x100)])).toEqual(['1', '2']);
    expect(receive([...press('1', 9000, 1), ...press('2', 10, 2)])).toEqual(['1', '2']);
  });

  test('events that are no key are not reported', () => {
    const receiver = new TelephoneEventReceiver();
    const payload = serializeTelephoneEvent({ event: 16, end: false, volume: 0, duration: 1 });
    expect(receiver.push({ ssrc: 1, timestamp: 1, payload })).toBeUndefined();
  });
});

describe('another clock', () => {
  test('an event is told in its ticks, the duration never beyond 16 bits (RFC 4733 §2.3.5)', () => {
    const steps = telephoneEventSteps('5', 100, 48_000);
    const durations = steps.map(({ payload }) => parseTelephoneEvent(payload)?.duration);
    expect(durations).toEqual([960, 1920, 2880, 3840, 4800, 4800, 4800]);
    const payload = serializeTelephoneEvent({ event: 5, end: true, volume: 10, duration: 4800 });
    const rescaled = rescaleTelephoneEvent(payload, 48_000, 8000) ?? new Uint8Array(0);
    expect(parseTelephoneEvent(rescaled)).toEqual({
      event: 5,
      end: true,
      volume: 10,
      duration: 800,
    });
    const long = serializeTelephoneEvent({ event: 1, end: false, volume: 0, duration: 60_000 });
    const longest = rescaleTelephoneEvent(long, 8000, 48_000) ?? new Uint8Array(0);
    expect(parseTelephoneEvent(longest)?.duration).toBe(0xffff);
    expect(rescaleTelephoneEvent(Uint8Array.of(1), 8000, 48_000)).toBeNull();
  });
});
