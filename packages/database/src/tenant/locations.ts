import { boolean, integer, text } from 'drizzle-orm/pg-core';
import { stamps } from '../columns.ts';
import { byTenant, tenant, tenantKey } from './schema.ts';

export const locations = tenant.table(
  'locations',
  {
    ...tenantKey,
    name: text('name').notNull(),
    countryCode: text('country_code').notNull(),
    areaCode: text('area_code').notNull(),
    usesPbx: boolean('uses_pbx').notNull(),
    exchangeType: text('exchange_type').$type<'ddi' | 'msn'>().notNull(),
    baseNumber: text('base_number').notNull(),
    ddiFrom: text('ddi_from'),
    ddiTo: text('ddi_to'),
    internalLengthMin: integer('internal_length_min').notNull(),
    internalLengthMax: integer('internal_length_max').notNull(),
    accessCode: text('access_code').notNull(),
    timeZone: text('time_zone').notNull(),
    ...stamps,
    version: integer('version').notNull().default(1),
  },
  byTenant,
);
