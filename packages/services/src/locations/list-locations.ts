import type { Location } from '@trunkline/contracts/locations.ts';
import { type Page, pageQuery } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { locations } from '@trunkline/database/tenant/locations.ts';
import { gt } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { decodeCursor, pageFrom } from '../core/cursor.ts';
import { readTenant } from '../core/tenant-work.ts';
import { locationResource } from './location-resource.ts';

/** Lists the tenant's locations in order of creation. */
export async function listLocations(ctx: Context, input: unknown): Promise<Page<Location>> {
  requireScope(ctx, 'locations:read');
  const query = parse(pageQuery, input);
  const after = query.cursor ? decodeCursor(query.cursor, 1)[0] : undefined;
  const rows = await readTenant(ctx, (tx) =>
    tx
      .select()
      .from(locations)
      .where(after === undefined ? undefined : gt(locations.id, after))
      .orderBy(locations.id)
      .limit(query.limit + 1),
  );
  return pageFrom(rows, query.limit, (row) => [row.id], locationResource);
}
