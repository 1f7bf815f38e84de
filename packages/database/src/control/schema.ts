import { pgSchema } from 'drizzle-orm/pg-core';

/** What is global: partners, tenants, domains, regions, nodes. */
export const control = pgSchema('control');
