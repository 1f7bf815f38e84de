import type { ManualState } from '@trunkline/contracts/presence.ts';
import { text } from 'drizzle-orm/pg-core';
import { instantColumn } from '../columns.ts';
import { byTenant, tenant, tenantKey } from './schema.ts';

/** `id` = user id: what the user set by hand. */
export const presenceManual = tenant.table(
  'presence_manual',
  {
    ...tenantKey,
    state: text('state').$type<ManualState>(),
    note: text('note').notNull(),
    until: instantColumn('until'),
    updatedAt: instantColumn('updated_at').notNull().defaultNow(),
  },
  byTenant,
);
