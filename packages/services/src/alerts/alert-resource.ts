import type { Alert } from '@trunkline/contracts/alerts.ts';
import type { Id } from '@trunkline/contracts/ids.ts';
import type { alerts } from '@trunkline/database/tenant/diagnosis.ts';

/** A stored alert as the API shows it. */
export function alertResource(row: typeof alerts.$inferSelect): Alert {
  return {
    id: row.id as Id<'alert'>,
    kind: row.kind,
    severity: row.severity,
    subject: row.subject,
    params: row.params,
    firstAt: row.firstAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
    count: row.count,
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
  };
}
