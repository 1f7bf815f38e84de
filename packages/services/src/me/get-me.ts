import type { Me } from '@trunkline/contracts/people.ts';
import { currentTenant } from '@trunkline/database/control/tenants.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { eq } from 'drizzle-orm';
import { noHandling, readHandling } from '../call-handling/read-handling.ts';
import { type Context, requireScope, tenantOf, userOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { readTenant } from '../core/tenant-work.ts';
import { functionsOn } from '../line-groups/group-settings.ts';
import { boundNumbers } from '../people/bound-numbers.ts';

/** The signed-in user with the own lines. */
export async function getMe(ctx: Context): Promise<Me> {
  requireScope(ctx, 'client');
  const { userId, scopes } = userOf(ctx);
  return readTenant(ctx, async (tx) => {
    const [tenantRow] = await tx.select().from(currentTenant);
    const tenant = found(tenantRow);
    const [row] = await tx.select().from(users).where(eq(users.id, userId));
    const user = found(row);
    const lines = await boundNumbers(tx, [userId]);
    const handling = await readHandling(
      tx,
      lines.map((line) => line.lineId),
    );
    return {
      id: userId,
      tenantId: tenantOf(ctx),
      tenantName: tenant.displayName,
      identity: `${user.userName}@${tenant.presenceDomain}`,
      displayName: user.displayName,
      roles: user.roles,
      scopes: [...scopes],
      language: user.language ?? ctx.language,
      lines: lines.map(({ lineId, number, display, group }) => ({
        id: lineId,
        number,
        display,
        hideRejectButton: group.hideRejectButton,
        functions: functionsOn(group),
        featureCodes: group.featureCodes.map(({ name }) => ({ name })),
        callHandling: handling.get(lineId) ?? noHandling,
      })),
    };
  });
}
