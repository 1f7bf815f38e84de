import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { type Id, newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import {
  type CreateTenant,
  createTenant as schema,
  type Tenant,
} from '@trunkline/contracts/tenants.ts';
import { domains, tenantAliases, tenants } from '@trunkline/database/control/tenants.ts';
import { eq } from 'drizzle-orm';
import { type ControlContext, requireScope } from '../core/context.ts';
import { guarded } from '../core/failures.ts';
import { changeControl } from './control-work.ts';
import { provision } from './provisioning.ts';

/**
 * Creates a tenant under the caller's partner: reserves alias and presence domain in one
 * transaction, then runs the remaining steps. Repeated with the same idempotency key it goes on
 * with the tenant it began (PLT-016, PLT-051).
 * @throws TrunklineError `alias_taken`, `domain_taken`, `already_exists` (reference)
 */
export async function createTenant(ctx: ControlContext, input: unknown): Promise<Tenant> {
  requireScope(ctx, 'tenants:write');
  const wanted = parse(schema, input);
  const begun = await findBegun(ctx);
  return provision(ctx, begun ?? (await reserveTenant(ctx, wanted)));
}

/** The tenant an earlier, interrupted run of this same request made. */
async function findBegun(ctx: ControlContext): Promise<TenantId | undefined> {
  const { idempotency } = ctx;
  if (!idempotency) return undefined;
  const [row] = await guarded(() =>
    ctx.db.operator
      .select({ id: tenants.id })
      .from(tenants)
      .where(eq(tenants.creationKey, idempotency.id)),
  );
  return row?.id as TenantId | undefined;
}

/** The partner a new tenant will belong to. */
export function managingPartner(ctx: ControlContext): Id<'partner'> | null {
  const { principal } = ctx;
  if (principal.kind === 'system') return null;
  if (principal.kind === 'apiKey' && principal.partnerId !== null) return principal.partnerId;
  throw new TrunklineError('missing_scope', { scope: 'tenants:write' });
}

/** Takes alias and domain and writes down what the later steps need. */
export async function reserveTenant(ctx: ControlContext, wanted: CreateTenant): Promise<TenantId> {
  const partnerId = managingPartner(ctx);
  const { firstAdmin } = wanted;
  const passwordHash = firstAdmin.password ? await ctx.hasher.hash(firstAdmin.password) : null;
  const tenantId = newId('tenant');
  const presenceDomain = `${wanted.alias}.${ctx.platformDomain}`;
  return changeControl(
    ctx,
    async (tx, effects) => {
      await tx.insert(tenants).values({
        id: tenantId,
        alias: wanted.alias,
        displayName: wanted.displayName,
        legalName: wanted.legalName ?? null,
        presenceDomain,
        region: ctx.region,
        state: 'provisioning',
        partnerId,
        externalReference: wanted.externalReference ?? null,
        timeZone: wanted.timeZone,
        defaultLanguage: wanted.defaultLanguage,
        provisioningStep: 'data_key',
        provisioningInput: {
          firstAdmin: {
            id: newId('user'),
            userName: firstAdmin.userName,
            displayName: firstAdmin.displayName,
            email: firstAdmin.email ?? null,
            passwordHash,
          },
        },
        creationKey: ctx.idempotency?.id ?? null,
      });
      await tx.insert(tenantAliases).values({ alias: wanted.alias, tenantId });
      await tx.insert(domains).values({
        id: newId('domain'),
        name: presenceDomain,
        tenantId,
        kind: 'platform',
        verifiedAt: ctx.clock.now(),
      });
      await effects.audit('tenant.create', tenantId, { alias: wanted.alias });
      return tenantId;
    },
    'no-reply',
  );
}
