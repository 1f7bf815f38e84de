import type { Role } from '@trunkline/contracts/scopes.ts';
import type { Language } from '@trunkline/contracts/time.ts';
import type { PhoneSlot } from '@trunkline/contracts/users.ts';
import { boolean, integer, text } from 'drizzle-orm/pg-core';
import { instantColumn, stamps } from '../columns.ts';
import { byTenant, tenant, tenantKey } from './schema.ts';

export const users = tenant.table(
  'users',
  {
    ...tenantKey,
    userName: text('user_name').notNull(),
    displayName: text('display_name').notNull(),
    email: text('email'),
    roles: text('roles').array().$type<Role[]>().notNull().default([]),
    language: text('language').$type<Language>(),
    enabled: boolean('enabled').notNull().default(true),
    ...stamps,
    version: integer('version').notNull().default(1),
  },
  byTenant,
);

/** `id` = `<user id>/<slot>`. */
export const userPhones = tenant.table(
  'user_phones',
  {
    ...tenantKey,
    userId: text('user_id').notNull(),
    slot: text('slot').$type<PhoneSlot>().notNull(),
    number: text('number').notNull(),
    normalised: text('normalised').notNull(),
  },
  byTenant,
);

/** `id` = user id. */
export const passwordCredentials = tenant.table(
  'password_credentials',
  {
    ...tenantKey,
    hash: text('hash').notNull(),
    updatedAt: instantColumn('updated_at').notNull().defaultNow(),
  },
  byTenant,
);
