import { idSchema } from '@trunkline/contracts/ids.ts';
import { type Line, lineStateName } from '@trunkline/contracts/lines.ts';
import { type Page, pageQuery } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import {
  lineAssignments,
  lineGroups,
  lineStates,
  lines,
} from '@trunkline/database/tenant/lines.ts';
import { and, eq, gt, inArray, or, type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { type Context, requireScope } from '../core/context.ts';
import { decodeCursor, pageFrom } from '../core/cursor.ts';
import { readTenant } from '../core/tenant-work.ts';
import { lineResources } from './line-resource.ts';

/** Query of the line list: a page of lines that fit all filters given (LIN-001). */
export const lineQuery = pageQuery.extend({
  lineGroupId: idSchema('lineGroup').optional(),
  state: lineStateName.optional(),
  /** Where the line is, by its group, itself or its number. */
  locationId: idSchema('location').optional(),
  /** Somebody the line belongs to. */
  userId: idSchema('user').optional(),
});

/** Lists the tenant's lines in order of creation. */
export async function listLines(ctx: Context, input: unknown): Promise<Page<Line>> {
  requireScope(ctx, 'lines:read');
  const query = parse(lineQuery, input);
  const after = query.cursor ? decodeCursor(query.cursor, 1)[0] : undefined;
  return readTenant(ctx, async (tx) => {
    const rows = await tx
      .select()
      .from(lines)
      .where(and(after === undefined ? undefined : gt(lines.id, after), ...filters(tx, query)))
      .orderBy(lines.id)
      .limit(query.limit + 1);
    const page = pageFrom(
      rows,
      query.limit,
      (row) => [row.id],
      (row) => row,
    );
    return { items: await lineResources(tx, page.items), nextCursor: page.nextCursor };
  });
}

function filters(
  tx: TenantTransaction,
  { lineGroupId, state, locationId, userId }: z.output<typeof lineQuery>,
): (SQL | undefined)[] {
  const here = locationId && [
    eq(lines.settledLocationId, locationId),
    and(
      sql`${lines.settledLocationId} is null`,
      inArray(
        lines.lineGroupId,
        tx
          .select({ id: lineGroups.id })
          .from(lineGroups)
          .where(eq(lineGroups.locationId, locationId)),
      ),
    ),
  ];
  return [
    lineGroupId && eq(lines.lineGroupId, lineGroupId),
    state && eq(reportedState, state),
    here && or(...here),
    userId &&
      inArray(
        lines.id,
        tx
          .select({ id: lineAssignments.lineId })
          .from(lineAssignments)
          .where(eq(lineAssignments.userId, userId)),
      ),
  ].map((filter) => filter || undefined);
}

/** The state as the resource tells it: of an unused or unheard-of line `uninitialised`. */
const reportedState = sql<string>`case when ${lines.useLine} then coalesce((
  select ${lineStates.state} from ${lineStates}
  where ${lineStates.tenantId} = ${lines.tenantId} and ${lineStates.id} = ${lines.id}
), 'uninitialised') else 'uninitialised' end`;
