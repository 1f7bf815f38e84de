import { boolean, integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { instantColumn } from '../columns.ts';
import type { PublicJwk } from './regions.ts';
import { control } from './schema.ts';

/** Keys that sign access tokens and node configuration; the private half is sealed. */
export const signingKeys = control.table('signing_keys', {
  id: text('id').primaryKey(),
  purpose: text('purpose').$type<'token' | 'config'>().notNull(),
  publicJwk: jsonb('public_jwk').$type<PublicJwk>().notNull(),
  sealedPrivate: text('sealed_private').notNull(),
  retiredAt: instantColumn('retired_at'),
  createdAt: instantColumn('created_at').notNull().defaultNow(),
});

/** Data keys, wrapped by the key-encryption key. */
export const dataKeys = control.table(
  'data_keys',
  {
    tenantId: text('tenant_id').notNull(),
    id: text('id').notNull(),
    wrapped: text('wrapped').notNull(),
    active: boolean('active').notNull().default(true),
    createdAt: instantColumn('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.id] })],
);

/** Replies to POSTs, kept for seven days (PLT-051). */
export const idempotencyKeys = control.table('idempotency_keys', {
  id: text('id').primaryKey(),
  caller: text('caller').notNull(),
  key: text('key').notNull(),
  method: text('method').notNull(),
  path: text('path').notNull(),
  bodyHash: text('body_hash').notNull(),
  state: text('state').$type<'running' | 'done'>().notNull(),
  lockUntil: instantColumn('lock_until').notNull(),
  status: integer('status'),
  body: jsonb('body').$type<unknown>(),
  createdAt: instantColumn('created_at').notNull().defaultNow(),
  expiresAt: instantColumn('expires_at').notNull(),
});

/** Audit of the global tables. */
export const controlAudit = control.table('audit', {
  id: text('id').primaryKey(),
  at: instantColumn('at').notNull().defaultNow(),
  actorKind: text('actor_kind').notNull(),
  actorId: text('actor_id'),
  partnerId: text('partner_id'),
  tenantId: text('tenant_id'),
  action: text('action').notNull(),
  targetId: text('target_id'),
  changes: jsonb('changes').$type<Record<string, unknown>>().notNull().default({}),
  traceId: text('trace_id'),
});
