import type { UserId } from '@trunkline/contracts/ids.ts';
import type { User } from '@trunkline/contracts/users.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { eq } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { readTenant } from '../core/tenant-work.ts';
import { userResource } from './user-resource.ts';

/** Reads one user. @throws TrunklineError `not_found` */
export async function getUser(ctx: Context, userId: UserId): Promise<User> {
  requireScope(ctx, 'users:read');
  return readTenant(ctx, async (tx) => {
    const [row] = await tx.select().from(users).where(eq(users.id, userId));
    return userResource(tx, found(row));
  });
}
