import type { SuspendReason, TenantState } from '@trunkline/contracts/tenants.ts';
import type { Language } from '@trunkline/contracts/time.ts';
import { integer, jsonb, text } from 'drizzle-orm/pg-core';
import { instantColumn, stamps } from '../columns.ts';
import { control } from './schema.ts';

/** What provisioning still needs of the request; erased when the tenant stands (PLT-016). */
export interface ProvisioningInput {
  readonly firstAdmin: {
    readonly id: string;
    readonly userName: string;
    readonly displayName: string;
    readonly email: string | null;
    /** PHC string, never the password itself. */
    readonly passwordHash: string | null;
  };
}

export const tenants = control.table('tenants', {
  id: text('id').primaryKey(),
  alias: text('alias').notNull(),
  displayName: text('display_name').notNull(),
  legalName: text('legal_name'),
  presenceDomain: text('presence_domain').notNull(),
  region: text('region').notNull(),
  state: text('state').$type<TenantState>().notNull(),
  suspendReasons: text('suspend_reasons').array().$type<SuspendReason[]>().notNull().default([]),
  resumeState: text('resume_state').$type<TenantState>(),
  partnerId: text('partner_id'),
  externalReference: text('external_reference'),
  timeZone: text('time_zone').notNull(),
  defaultLanguage: text('default_language').$type<Language>().notNull(),
  provisioningStep: text('provisioning_step'),
  provisioningError: text('provisioning_error'),
  provisioningInput: jsonb('provisioning_input').$type<ProvisioningInput>(),
  creationKey: text('creation_key'),
  ...stamps,
  version: integer('version').notNull().default(1),
});

export const tenantAliases = control.table('tenant_aliases', {
  alias: text('alias').primaryKey(),
  tenantId: text('tenant_id').notNull(),
  redirectUntil: instantColumn('redirect_until'),
  createdAt: instantColumn('created_at').notNull().defaultNow(),
});

export const domains = control.table('domains', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  tenantId: text('tenant_id').notNull(),
  kind: text('kind').$type<'platform' | 'custom'>().notNull(),
  verifiedAt: instantColumn('verified_at'),
  createdAt: instantColumn('created_at').notNull().defaultNow(),
});

/** The row of the transaction's own tenant: what the roles app and worker may know of it. */
export const currentTenant = control
  .view('current_tenant', {
    id: text('id').notNull(),
    alias: text('alias').notNull(),
    displayName: text('display_name').notNull(),
    presenceDomain: text('presence_domain').notNull(),
    region: text('region').notNull(),
    state: text('state').$type<TenantState>().notNull(),
    timeZone: text('time_zone').notNull(),
    defaultLanguage: text('default_language').$type<Language>().notNull(),
  })
  .existing();
