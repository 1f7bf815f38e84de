import type { LineGroup } from '@trunkline/contracts/lines.ts';
import { type Page, pageQuery } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { lineGroups } from '@trunkline/database/tenant/lines.ts';
import { gt } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { decodeCursor, pageFrom } from '../core/cursor.ts';
import { readTenant } from '../core/tenant-work.ts';
import { lineGroupResource } from './line-group-resource.ts';

/** Lists the tenant's line groups in order of creation. */
export async function listLineGroups(ctx: Context, input: unknown): Promise<Page<LineGroup>> {
  requireScope(ctx, 'lines:read');
  const query = parse(pageQuery, input);
  const after = query.cursor ? decodeCursor(query.cursor, 1)[0] : undefined;
  const rows = await readTenant(ctx, (tx) =>
    tx
      .select()
      .from(lineGroups)
      .where(after === undefined ? undefined : gt(lineGroups.id, after))
      .orderBy(lineGroups.id)
      .limit(query.limit + 1),
  );
  return pageFrom(rows, query.limit, (row) => [row.id], lineGroupResource);
}
