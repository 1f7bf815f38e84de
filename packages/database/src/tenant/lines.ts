import type { LineState, UnavailableResponse } from '@trunkline/contracts/lines.ts';
import { bigint, boolean, integer, jsonb, text } from 'drizzle-orm/pg-core';
import { instantColumn, stamps } from '../columns.ts';
import { byTenant, tenant, tenantKey } from './schema.ts';

export const lineGroups = tenant.table(
  'line_groups',
  {
    ...tenantKey,
    name: text('name').notNull(),
    registrarHost: text('registrar_host').notNull(),
    registrarPort: integer('registrar_port').notNull(),
    domain: text('domain'),
    transport: text('transport').$type<'udp'>().notNull(),
    expiresSeconds: integer('expires_seconds').notNull(),
    registerDelayMs: integer('register_delay_ms').notNull(),
    locationId: text('location_id').notNull(),
    journal: boolean('journal').notNull(),
    notSignedInResponse: integer('not_signed_in_response').$type<UnavailableResponse>().notNull(),
    /** `client` or a SIP status. */
    rejectResponse: text('reject_response').notNull(),
    hideRejectButton: boolean('hide_reject_button').notNull(),
    ...stamps,
    version: integer('version').notNull().default(1),
  },
  byTenant,
);

export const lines = tenant.table(
  'lines',
  {
    ...tenantKey,
    lineGroupId: text('line_group_id').notNull(),
    userName: text('user_name').notNull(),
    authUserName: text('auth_user_name'),
    sealedPassword: text('sealed_password'),
    number: text('number').notNull(),
    suffix: text('suffix').notNull(),
    /** Supercanonical number with suffix (LIN-013). */
    fullNumber: text('full_number').notNull(),
    useLine: boolean('use_line').notNull(),
    journal: boolean('journal').notNull(),
    privatePhone: boolean('private_phone').notNull(),
    ...stamps,
    version: integer('version').notNull().default(1),
  },
  byTenant,
);

/** `id` = line id; the state a media node reported last. */
export const lineStates = tenant.table(
  'line_states',
  {
    ...tenantKey,
    state: text('state').$type<LineState['state']>().notNull(),
    reason: jsonb('reason').$type<LineState['reason']>().notNull(),
    since: instantColumn('since').notNull(),
    nextAttemptAt: instantColumn('next_attempt_at'),
    nodeId: text('node_id').notNull(),
    bootEpoch: bigint('boot_epoch', { mode: 'number' }).notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
  },
  byTenant,
);

/** Which user a line belongs to, by which of the user's numbers (USR-015). */
export const lineAssignments = tenant.table(
  'line_assignments',
  {
    ...tenantKey,
    lineId: text('line_id').notNull(),
    userId: text('user_id').notNull(),
    slot: text('slot').notNull(),
    createdAt: instantColumn('created_at').notNull().defaultNow(),
  },
  byTenant,
);
