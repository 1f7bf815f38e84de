import type { Alert } from '@trunkline/contracts/alerts.ts';
import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { CallLimits } from '@trunkline/contracts/call-limits.ts';
import { bigint, boolean, customType, integer, jsonb, text } from 'drizzle-orm/pg-core';
import { instantColumn } from '../columns.ts';
import { byTenant, tenant, tenantKey } from './schema.ts';

type Packet = NodeEventData<'capture.packet'>;

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => 'bytea',
});

/** `id` = tenant id: the toll-fraud floor where it differs from the default (VOX-133). */
export const callLimits = tenant.table(
  'call_limits',
  {
    ...tenantKey,
    limits: jsonb('limits').$type<CallLimits>().notNull(),
    updatedAt: instantColumn('updated_at').notNull().defaultNow(),
  },
  byTenant,
);

/** Recordings of a line group's SIP messages (LIN-097). */
export const captures = tenant.table(
  'captures',
  {
    ...tenantKey,
    lineGroupId: text('line_group_id').notNull(),
    lineIds: text('line_ids').array(),
    startedAt: instantColumn('started_at').notNull(),
    endsAt: instantColumn('ends_at').notNull(),
    stoppedAt: instantColumn('stopped_at'),
    packets: integer('packets').notNull().default(0),
    bytes: integer('bytes').notNull().default(0),
    isFull: boolean('is_full').notNull().default(false),
  },
  byTenant,
);

/** `id` = event id. */
export const capturePackets = tenant.table(
  'capture_packets',
  {
    ...tenantKey,
    captureId: text('capture_id').notNull(),
    at: instantColumn('at').notNull(),
    bootEpoch: bigint('boot_epoch', { mode: 'number' }).notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    direction: text('direction').$type<Packet['direction']>().notNull(),
    transport: text('transport').$type<Packet['transport']>().notNull(),
    localAddress: text('local_address').notNull(),
    localPort: integer('local_port').notNull(),
    remoteAddress: text('remote_address').notNull(),
    remotePort: integer('remote_port').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  byTenant,
);

/** What the tenant's admins are warned of; the same cause counts up while it is open. */
export const alerts = tenant.table(
  'alerts',
  {
    ...tenantKey,
    kind: text('kind').$type<Alert['kind']>().notNull(),
    severity: text('severity').$type<Alert['severity']>().notNull(),
    subject: text('subject'),
    causeKey: text('cause_key').notNull(),
    params: jsonb('params').$type<Record<string, string>>().notNull(),
    firstAt: instantColumn('first_at').notNull(),
    lastAt: instantColumn('last_at').notNull(),
    count: integer('count').notNull().default(1),
    resolvedAt: instantColumn('resolved_at'),
  },
  byTenant,
);
