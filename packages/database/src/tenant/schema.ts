import { type AnyPgColumn, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core';

/** Everything of one tenant; reached only through `withTenant`. */
export const tenant = pgSchema('tenant');

/** The columns every table of this schema begins with; its primary key is both. */
export const tenantKey = {
  tenantId: text('tenant_id').notNull(),
  id: text('id').notNull(),
};

/** Primary key `(tenant_id, id)`. */
export const byTenant = (table: { tenantId: AnyPgColumn; id: AnyPgColumn }) => [
  primaryKey({ columns: [table.tenantId, table.id] }),
];
