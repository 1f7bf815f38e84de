import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import {
  type CreateTenant,
  createTenant as schema,
  type Tenant,
} from '@trunkline/contracts/tenants.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { type ControlContext, requireScope } from '../core/context.ts';
import { guarded } from '../core/failures.ts';
import { managingPartner, reserveTenant } from './create-tenant.ts';
import { provision } from './provisioning.ts';
import type { TenantRow } from './tenant-resource.ts';
import { updateTenant } from './update-tenant.ts';

const referenceSchema = z.string().trim().min(1).max(120);

/**
 * Creates the tenant with this reference of the caller's, or brings it to the given record; may be
 * repeated without limit (PLT-051).
 */
export async function putTenantByReference(
  ctx: ControlContext,
  reference: string,
  input: unknown,
): Promise<{ tenant: Tenant; created: boolean }> {
  requireScope(ctx, 'tenants:write');
  const externalReference = parse(referenceSchema, reference);
  const wanted = parse(schema, input);
  if (wanted.externalReference !== undefined && wanted.externalReference !== externalReference)
    throw refused('/externalReference', 'must equal the reference in the path');
  const existing = await findByReference(ctx, externalReference);
  if (!existing) return create(ctx, { ...wanted, externalReference });
  if (existing.alias !== wanted.alias)
    throw refused('/alias', 'the alias of an existing tenant is not changed here');
  const tenant = await provision(ctx, existing.id as TenantId);
  return { tenant: await bringUp(ctx, tenant, wanted), created: false };
}

const refused = (pointer: string, message: string) =>
  new TrunklineError('invalid_request', { errors: [{ pointer, message }] });

async function findByReference(
  ctx: ControlContext,
  reference: string,
): Promise<TenantRow | undefined> {
  const partnerId = managingPartner(ctx);
  const [row] = await guarded(() =>
    ctx.db.operator
      .select()
      .from(tenants)
      .where(
        and(
          partnerId === null ? isNull(tenants.partnerId) : eq(tenants.partnerId, partnerId),
          eq(tenants.externalReference, reference),
        ),
      ),
  );
  return row;
}

async function create(
  ctx: ControlContext,
  wanted: CreateTenant,
): Promise<{ tenant: Tenant; created: boolean }> {
  const tenantId = await reserveTenant(ctx, wanted);
  return { tenant: await provision(ctx, tenantId), created: true };
}

async function bringUp(
  ctx: ControlContext,
  current: Tenant,
  wanted: CreateTenant,
): Promise<Tenant> {
  const record = {
    displayName: wanted.displayName,
    legalName: wanted.legalName ?? null,
    timeZone: wanted.timeZone,
    defaultLanguage: wanted.defaultLanguage,
  };
  const same = (Object.keys(record) as (keyof typeof record)[]).every(
    (field) => current[field] === record[field],
  );
  return same ? current : updateTenant(ctx, current.id, record);
}
