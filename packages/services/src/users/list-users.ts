import { type Page, pageQuery } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import type { User } from '@trunkline/contracts/users.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { gt } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { decodeCursor, pageFrom } from '../core/cursor.ts';
import { readTenant } from '../core/tenant-work.ts';
import { userResources } from './user-resource.ts';

/** Lists the tenant's users in order of creation. */
export async function listUsers(ctx: Context, input: unknown): Promise<Page<User>> {
  requireScope(ctx, 'users:read');
  const query = parse(pageQuery, input);
  const after = query.cursor ? decodeCursor(query.cursor, 1)[0] : undefined;
  return readTenant(ctx, async (tx) => {
    const rows = await tx
      .select()
      .from(users)
      .where(after === undefined ? undefined : gt(users.id, after))
      .orderBy(users.id)
      .limit(query.limit + 1);
    const page = pageFrom(
      rows,
      query.limit,
      (row) => [row.id],
      (row) => row,
    );
    return { items: await userResources(tx, page.items), nextCursor: page.nextCursor };
  });
}
