import type { CallVerdict } from '@trunkline/contracts/call-records.ts';
import type { RemoteParty } from '@trunkline/contracts/calls.ts';
import type { CallResult } from '@trunkline/contracts/journal.ts';
import type { CallQuality } from '@trunkline/contracts/media.ts';
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

/** `id` = call id; one row per call, derived from its events. */
export const callRecords = tenant.table(
  'call_records',
  {
    ...tenantKey,
    direction: text('direction').$type<'incoming' | 'outgoing'>().notNull(),
    result: text('result').$type<CallResult>(),
    lineId: text('line_id').notNull(),
    lineGroupId: text('line_group_id').notNull(),
    lineNumber: text('line_number').notNull(),
    userIds: text('user_ids').array().notNull(),
    /** Null for private calls (LIN-010). */
    remote: jsonb('remote').$type<RemoteParty>(),
    startedAt: instantColumn('started_at').notNull(),
    answeredAt: instantColumn('answered_at'),
    endedAt: instantColumn('ended_at'),
    durationMs: integer('duration_ms').notNull(),
    endedBy: text('ended_by').$type<'local' | 'remote' | 'system'>(),
    cause: text('cause'),
    sipCode: integer('sip_code'),
    emergency: boolean('emergency').notNull(),
    private: boolean('private').notNull(),
    nodeId: text('node_id').notNull(),
    quality: jsonb('quality').$type<CallQuality>(),
    verdict: jsonb('verdict').$type<CallVerdict>().notNull(),
    severity: text('severity').$type<CallVerdict['severity']>().notNull(),
    searchText: text('search_text').notNull(),
    updatedAt: instantColumn('updated_at').notNull().defaultNow(),
  },
  byTenant,
);
