import type { CallResult } from '@trunkline/contracts/journal.ts';
import { bigint, boolean, integer, jsonb, text } from 'drizzle-orm/pg-core';
import { instantColumn, stamps } from '../columns.ts';
import { byTenant, tenant, tenantKey } from './schema.ts';

/** Append-only; unique by node, boot epoch and sequence number. */
export const callEvents = tenant.table(
  'call_events',
  {
    ...tenantKey,
    callId: text('call_id'),
    nodeId: text('node_id').notNull(),
    bootEpoch: bigint('boot_epoch', { mode: 'number' }).notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    occurredAt: instantColumn('occurred_at').notNull(),
    schema: integer('schema').notNull(),
    type: text('type').notNull(),
    data: jsonb('data').$type<unknown>().notNull(),
    storedAt: instantColumn('stored_at').notNull().defaultNow(),
  },
  byTenant,
);

/** One entry per call and user. */
export const journalEntries = tenant.table(
  'journal_entries',
  {
    ...tenantKey,
    userId: text('user_id').notNull(),
    callId: text('call_id').notNull(),
    lineId: text('line_id'),
    direction: text('direction').$type<'incoming' | 'outgoing'>().notNull(),
    result: text('result').$type<CallResult>().notNull(),
    remoteNumber: text('remote_number'),
    remoteName: text('remote_name'),
    lineNumber: text('line_number').notNull(),
    startedAt: instantColumn('started_at').notNull(),
    answeredAt: instantColumn('answered_at'),
    endedAt: instantColumn('ended_at').notNull(),
    durationMs: integer('duration_ms').notNull(),
    endedBy: text('ended_by').$type<'local' | 'remote' | 'system'>().notNull(),
    sipCode: integer('sip_code'),
    cause: text('cause').notNull(),
    unanswered: boolean('unanswered').notNull(),
    seen: boolean('seen').notNull().default(false),
    private: boolean('private').notNull(),
    note: text('note').notNull().default(''),
    ...stamps,
  },
  byTenant,
);
