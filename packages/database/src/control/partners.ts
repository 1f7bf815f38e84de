import { integer, text } from 'drizzle-orm/pg-core';
import { instantColumn, stamps } from '../columns.ts';
import { control } from './schema.ts';

/** Distributors and partners (PLT-046). */
export const partners = control.table('partners', {
  id: text('id').primaryKey(),
  parentId: text('parent_id'),
  name: text('name').notNull(),
  depth: integer('depth').notNull().default(1),
  ...stamps,
});

/** Keys of partners and tenants (PLT-052); of the secret only its SHA-256 is kept. */
export const apiKeys = control.table('api_keys', {
  id: text('id').primaryKey(),
  partnerId: text('partner_id'),
  tenantId: text('tenant_id'),
  name: text('name').notNull(),
  prefix: text('prefix').notNull(),
  secretHash: text('secret_hash').notNull(),
  scopes: text('scopes').array().notNull(),
  expiresAt: instantColumn('expires_at').notNull(),
  revokedAt: instantColumn('revoked_at'),
  lastUsedAt: instantColumn('last_used_at'),
  createdAt: instantColumn('created_at').notNull().defaultNow(),
});
