import { type Alert, alertQuery } from '@trunkline/contracts/alerts.ts';
import type { Page } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { alerts } from '@trunkline/database/tenant/diagnosis.ts';
import { and, desc, isNull, lt } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { decodeCursor, pageFrom } from '../core/cursor.ts';
import { readTenant } from '../core/tenant-work.ts';
import { alertResource } from './alert-resource.ts';

/** Lists the tenant's alerts, newest first; resolved ones only when asked for. */
export async function listAlerts(ctx: Context, input: unknown): Promise<Page<Alert>> {
  requireScope(ctx, 'calls:read');
  const { cursor, limit, state } = parse(alertQuery, input);
  const before = cursor ? decodeCursor(cursor, 1)[0] : undefined;
  const rows = await readTenant(ctx, (tx) =>
    tx
      .select()
      .from(alerts)
      .where(
        and(
          state === 'open' ? isNull(alerts.resolvedAt) : undefined,
          before === undefined ? undefined : lt(alerts.id, before),
        ),
      )
      .orderBy(desc(alerts.id))
      .limit(limit + 1),
  );
  return pageFrom(rows, limit, (row) => [row.id], alertResource);
}
