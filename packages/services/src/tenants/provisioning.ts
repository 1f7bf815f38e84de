import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId, type TenantId, type UserId } from '@trunkline/contracts/ids.ts';
import { type ProvisioningInput, tenants } from '@trunkline/database/control/tenants.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { audit } from '@trunkline/database/tenant/records.ts';
import { passwordCredentials, users } from '@trunkline/database/tenant/users.ts';
import { and, eq } from 'drizzle-orm';
import { actorOf, type ControlContext } from '../core/context.ts';
import { guarded } from '../core/failures.ts';
import { found } from '../core/not-found.ts';
import { loadDataKeys } from '../keys/key-store.ts';
import { changeControl } from './control-work.ts';
import { type TenantRow, tenantResource } from './tenant-resource.ts';

/**
 * What follows the reservation of alias and domain (PLT-016). Each step is idempotent; the row
 * names the next one, so that a crash continues where it stopped. Media nodes are assigned when
 * there is something to serve: with the first line group (PLT-020).
 */
export const provisioningSteps = ['data_key', 'first_admin', 'publish'] as const;
export type ProvisioningStep = (typeof provisioningSteps)[number];

/** Runs what is left of a tenant's provisioning. @throws the error of the step; the row keeps it */
export async function provision(ctx: ControlContext, tenantId: TenantId) {
  for (;;) {
    const row = await readRow(ctx, tenantId);
    if (row.state !== 'provisioning') return tenantResource(row);
    const step = row.provisioningStep as ProvisioningStep;
    try {
      if (step === 'publish') return await publish(ctx, tenantId);
      await (step === 'data_key' ? makeDataKey(ctx, tenantId) : makeFirstAdmin(ctx, row));
      await moveOn(ctx, tenantId, step);
    } catch (error) {
      await noteFailure(ctx, tenantId, error);
      throw error;
    }
  }
}

async function readRow(ctx: ControlContext, tenantId: TenantId): Promise<TenantRow> {
  const [row] = await guarded(() =>
    ctx.db.operator.select().from(tenants).where(eq(tenants.id, tenantId)),
  );
  return found(row);
}

async function moveOn(
  ctx: ControlContext,
  tenantId: TenantId,
  step: ProvisioningStep,
): Promise<void> {
  const next = provisioningSteps[provisioningSteps.indexOf(step) + 1] ?? 'publish';
  await guarded(() =>
    ctx.db.operator
      .update(tenants)
      .set({ provisioningStep: next, provisioningError: null })
      .where(and(eq(tenants.id, tenantId), eq(tenants.provisioningStep, step))),
  );
}

async function noteFailure(ctx: ControlContext, tenantId: TenantId, error: unknown): Promise<void> {
  const text = error instanceof TrunklineError ? error.code : 'internal';
  ctx.log.error({ err: error, tenant: tenantId }, 'provisioning step failed');
  await guarded(() =>
    ctx.db.operator
      .update(tenants)
      .set({ provisioningError: text })
      .where(eq(tenants.id, tenantId)),
  ).catch((failure: unknown) => {
    // The database itself is away: the step is still named in the row, only the reason is lost.
    ctx.log.warn({ err: failure, tenant: tenantId }, 'provisioning error not stored');
  });
}

async function makeDataKey(ctx: ControlContext, tenantId: TenantId): Promise<void> {
  const keys = await loadDataKeys(ctx.db.operator, tenantId);
  if (keys.length === 0) await ctx.keyring.rotate(tenantId);
}

async function makeFirstAdmin(ctx: ControlContext, row: TenantRow): Promise<void> {
  const tenantId = row.id as TenantId;
  const { firstAdmin } = row.provisioningInput as ProvisioningInput;
  const id = firstAdmin.id as UserId;
  await guarded(() =>
    withTenant(ctx.db.app, tenantId, async (tx) => {
      const made = await tx
        .insert(users)
        .values({
          tenantId,
          id,
          userName: firstAdmin.userName,
          displayName: firstAdmin.displayName,
          email: firstAdmin.email,
          roles: ['owner'],
        })
        .onConflictDoNothing()
        .returning({ id: users.id });
      if (made.length === 0) return;
      if (firstAdmin.passwordHash !== null)
        await tx
          .insert(passwordCredentials)
          .values({ tenantId, id, hash: firstAdmin.passwordHash });
      await tx.insert(audit).values({
        tenantId,
        id: newId('audit'),
        ...actorOf(ctx.principal),
        action: 'user.create',
        targetId: id,
        changes: { roles: ['owner'] },
        traceId: ctx.trace?.traceId ?? null,
      });
    }),
  );
}

/** The tenant stands: trial, as nothing is subscribed yet (PLT-015). */
function publish(ctx: ControlContext, tenantId: TenantId) {
  return changeControl(ctx, async (tx, effects) => {
    const [row] = await tx
      .update(tenants)
      .set({
        state: 'trial',
        provisioningStep: null,
        provisioningError: null,
        provisioningInput: null,
        updatedAt: ctx.clock.now(),
      })
      .where(and(eq(tenants.id, tenantId), eq(tenants.state, 'provisioning')))
      .returning();
    // A twin of this request may have finished first.
    const [current] = row ? [row] : await tx.select().from(tenants).where(eq(tenants.id, tenantId));
    if (row) {
      await effects.audit('tenant.provisioned', tenantId);
      await effects.tenantChanged(tenantId);
    }
    return tenantResource(found(current));
  });
}
