import type { Alert } from '@trunkline/contracts/alerts.ts';
import { limitReason } from '@trunkline/contracts/call-limits.ts';
import { expect, test } from 'vitest';
import { alertText, byUrgency } from './alerts.ts';

test('every reason of the call limits has a sentence of its own', () => {
  for (const reason of limitReason.options)
    expect(alertText({ kind: 'call_limit', params: { reason } })).toBe(reason);
  expect(alertText({ kind: 'trunk_unreachable', params: {} })).toBe('trunk_unreachable');
  expect(alertText({ kind: 'call_limit', params: { reason: 'new one' } })).toBe('other');
});

test('what is critical comes first, then what is newest', () => {
  const alert = (id: string, severity: Alert['severity'], lastAt: string) =>
    ({ id, severity, lastAt }) as Alert;
  const sorted = byUrgency([
    alert('old', 'warning', '2026-11-23T08:00:00.000Z'),
    alert('new', 'warning', '2026-11-23T09:00:00.000Z'),
    alert('bad', 'critical', '2026-11-23T07:00:00.000Z'),
  ]);
  expect(sorted.map(({ id }) => id)).toEqual(['bad', 'new', 'old']);
});
