import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { isId, type TenantId } from '@trunkline/contracts/ids.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { and, eq, inArray } from 'drizzle-orm';
import type { Platform, Principal } from '../core/context.ts';
import { guarded } from '../core/failures.ts';
import { routeTenant } from './route.ts';
import { subtree } from './subtree.ts';

/** States in which a tenant's configuration can be worked on (PLT-015). */
const workable = new Set(['trial', 'active', 'past_due']);

/**
 * Finds the tenant a request works in. A user's comes from the verified token; a partner names it,
 * and one outside its subtree does not exist (PLT-046).
 * @throws TrunklineError `tenant_header_missing`, `not_found`, `tenant_suspended`
 */
export async function enterTenant(
  platform: Pick<Platform, 'db'>,
  principal: Principal,
  header: string | undefined,
): Promise<TenantId> {
  const own = 'tenantId' in principal ? principal.tenantId : null;
  const wanted = own ?? header;
  if (wanted === undefined) throw new TrunklineError('tenant_header_missing');
  if (!isId('tenant', wanted) || (own !== null && header !== undefined && header !== own))
    throw new TrunklineError('not_found');
  const state =
    own === null
      ? await stateInSubtree(platform, principal, wanted)
      : (await routeTenant(platform.db.router, wanted))?.state;
  if (state === undefined) throw new TrunklineError('not_found');
  if (!workable.has(state)) throw new TrunklineError('tenant_suspended');
  return wanted;
}

async function stateInSubtree(
  platform: Pick<Platform, 'db'>,
  principal: Principal,
  tenantId: TenantId,
): Promise<string | undefined> {
  if (principal.kind !== 'apiKey' || principal.partnerId === null) return undefined;
  const { partnerId } = principal;
  const [row] = await guarded(() =>
    platform.db.operator
      .select({ state: tenants.state })
      .from(tenants)
      .where(and(eq(tenants.id, tenantId), inArray(tenants.partnerId, subtree(partnerId)))),
  );
  return row?.state;
}
