import type { Alert } from '@trunkline/contracts/alerts.ts';

/** Sentences the portal has for alerts, by key under `overview.alert`. */
const known = [
  'trunk_unreachable',
  'srtp_refused',
  'concurrent_calls',
  'call_rate',
  'user_call_rate',
  'country',
  'blocked_prefix',
  'foreign_minutes',
] as const;
export type AlertText = (typeof known)[number] | 'other';

/** The sentence of an alert: limits have one for each reason. */
export function alertText(alert: Pick<Alert, 'kind' | 'params'>): AlertText {
  const wanted = alert.kind === 'call_limit' ? alert.params.reason : alert.kind;
  return known.find((each) => each === wanted) ?? 'other';
}

/** Critical ones first, then the newest. */
export function byUrgency(alerts: readonly Alert[]): Alert[] {
  return alerts.toSorted(
    (one, two) =>
      Number(two.severity === 'critical') - Number(one.severity === 'critical') ||
      two.lastAt.localeCompare(one.lastAt),
  );
}
