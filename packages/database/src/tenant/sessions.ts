import { text } from 'drizzle-orm/pg-core';
import { instantColumn } from '../columns.ts';
import { byTenant, tenant, tenantKey } from './schema.ts';

/** A browser profile or app installation of one user. */
export const devices = tenant.table(
  'devices',
  {
    ...tenantKey,
    userId: text('user_id').notNull(),
    name: text('name').notNull(),
    createdAt: instantColumn('created_at').notNull().defaultNow(),
    lastSeenAt: instantColumn('last_seen_at').notNull().defaultNow(),
  },
  byTenant,
);

/** A family of refresh tokens. */
export const sessions = tenant.table(
  'sessions',
  {
    ...tenantKey,
    userId: text('user_id').notNull(),
    deviceId: text('device_id').notNull(),
    currentHash: text('current_hash').notNull(),
    previousHash: text('previous_hash'),
    rotatedAt: instantColumn('rotated_at').notNull(),
    expiresAt: instantColumn('expires_at').notNull(),
    revokedAt: instantColumn('revoked_at'),
    revokeReason: text('revoke_reason'),
    createdAt: instantColumn('created_at').notNull().defaultNow(),
  },
  byTenant,
);
