import { newId } from '@trunkline/contracts/ids.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { createUser as schema, type User } from '@trunkline/contracts/users.ts';
import { passwordCredentials, users } from '@trunkline/database/tenant/users.ts';
import { type ControlContext, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { rebindLines } from '../lines/binding.ts';
import { userResource } from './user-resource.ts';
import { replacePhones, requireRightsOver } from './user-rules.ts';

/**
 * Creates a user; lines with one of the user's numbers are bound at once (LIN-005).
 * @throws TrunklineError `already_exists` for a taken user name
 */
export async function createUser(ctx: ControlContext, input: unknown): Promise<User> {
  requireScope(ctx, 'users:write');
  const wanted = parse(schema, input);
  const tenantId = tenantOf(ctx);
  const id = newId('user');
  const hash = wanted.password ? await ctx.hasher.hash(wanted.password) : null;
  return changeTenant(ctx, async (tx, effects) => {
    await requireRightsOver(tx, ctx, wanted.roles);
    const [row] = await tx
      .insert(users)
      .values({
        tenantId,
        id,
        userName: wanted.userName,
        displayName: wanted.displayName,
        email: wanted.email ?? null,
        roles: wanted.roles,
        language: wanted.language ?? null,
      })
      .returning();
    if (hash !== null) await tx.insert(passwordCredentials).values({ tenantId, id, hash });
    await replacePhones(tx, tenantId, id, wanted.phones);
    await rebindLines(tx, tenantId);
    effects.audit('user.create', id, { roles: wanted.roles });
    effects.publish('directory.changed', {});
    effects.publish('config.changed', {});
    return userResource(tx, found(row));
  });
}
