import { idSchema } from '@trunkline/contracts/ids.ts';
import type { Line } from '@trunkline/contracts/lines.ts';
import { type Page, pageQuery } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { and, eq, gt } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { decodeCursor, pageFrom } from '../core/cursor.ts';
import { readTenant } from '../core/tenant-work.ts';
import { lineResources } from './line-resource.ts';

/** Query of the line list: a page, optionally of one group. */
export const lineQuery = pageQuery.extend({ lineGroupId: idSchema('lineGroup').optional() });

/** Lists the tenant's lines in order of creation. */
export async function listLines(ctx: Context, input: unknown): Promise<Page<Line>> {
  requireScope(ctx, 'lines:read');
  const query = parse(lineQuery, input);
  const after = query.cursor ? decodeCursor(query.cursor, 1)[0] : undefined;
  return readTenant(ctx, async (tx) => {
    const rows = await tx
      .select()
      .from(lines)
      .where(
        and(
          after === undefined ? undefined : gt(lines.id, after),
          query.lineGroupId ? eq(lines.lineGroupId, query.lineGroupId) : undefined,
        ),
      )
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
