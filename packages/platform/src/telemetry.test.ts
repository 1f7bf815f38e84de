import { expect, test } from 'vitest';
import { traceFrom, traceparentOf } from './telemetry.ts';

test('a valid traceparent is continued, with a span id of our own', () => {
  const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const trace = traceFrom(parent);
  expect(trace.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  expect(trace.spanId).not.toBe('00f067aa0ba902b7');
  expect(traceparentOf(trace)).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/);
});

test.each([null, '', 'garbage', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`])(
  '%j starts a new trace',
  (value) => {
    expect(traceFrom(value).traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
  },
);
