import { boolean, integer, jsonb, text } from 'drizzle-orm/pg-core';
import { instantColumn } from '../columns.ts';
import { byTenant, tenant, tenantKey } from './schema.ts';

/** Who changed what in this tenant. */
export const audit = tenant.table(
  'audit',
  {
    ...tenantKey,
    at: instantColumn('at').notNull().defaultNow(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id'),
    action: text('action').notNull(),
    targetId: text('target_id'),
    changes: jsonb('changes').$type<Record<string, unknown>>().notNull().default({}),
    traceId: text('trace_id'),
  },
  byTenant,
);

/** Changes the rest of the platform must learn of; delivered at least once. */
export const outbox = tenant.table(
  'outbox',
  {
    ...tenantKey,
    topic: text('topic').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    attempts: integer('attempts').notNull().default(0),
    availableAt: instantColumn('available_at').notNull().defaultNow(),
    createdAt: instantColumn('created_at').notNull().defaultNow(),
    traceparent: text('traceparent'),
  },
  byTenant,
);

/** `id` = media node id: the signed document that node has of this tenant. */
export const configVersions = tenant.table(
  'config_versions',
  {
    ...tenantKey,
    epoch: integer('epoch').notNull(),
    version: integer('version').notNull(),
    contentHash: text('content_hash').notNull(),
    jws: text('jws').notNull(),
    withdrawn: boolean('withdrawn').notNull().default(false),
    updatedAt: instantColumn('updated_at').notNull().defaultNow(),
  },
  byTenant,
);
