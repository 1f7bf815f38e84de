import { type Page, type PageQuery, pageQuery } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import type { Tenant } from '@trunkline/contracts/tenants.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { and, gt } from 'drizzle-orm';
import { type ControlContext, requireScope } from '../core/context.ts';
import { decodeCursor, pageFrom } from '../core/cursor.ts';
import { guarded } from '../core/failures.ts';
import { visibleTenants } from './subtree.ts';
import { tenantResource } from './tenant-resource.ts';

/** Lists the tenants of the caller's subtree in order of creation (PLT-046). */
export async function listTenants(ctx: ControlContext, input: unknown): Promise<Page<Tenant>> {
  requireScope(ctx, 'tenants:read');
  const query: PageQuery = parse(pageQuery, input);
  const after = query.cursor ? decodeCursor(query.cursor, 1)[0] : undefined;
  const rows = await guarded(() =>
    ctx.db.operator
      .select()
      .from(tenants)
      .where(and(visibleTenants(ctx), after === undefined ? undefined : gt(tenants.id, after)))
      .orderBy(tenants.id)
      .limit(query.limit + 1),
  );
  return pageFrom(rows, query.limit, (row) => [row.id], tenantResource);
}
