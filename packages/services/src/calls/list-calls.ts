import {
  type CallRecord,
  type CallRecordQuery,
  callRecordQuery,
} from '@trunkline/contracts/call-records.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { isId } from '@trunkline/contracts/ids.ts';
import type { Page } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { instant } from '@trunkline/contracts/time.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { callRecords } from '@trunkline/database/tenant/calls.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import {
  and,
  arrayOverlaps,
  desc,
  eq,
  gte,
  inArray,
  isNull,
  lte,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { decodeCursor, encodeCursor, pageFrom } from '../core/cursor.ts';
import { readTenant } from '../core/tenant-work.ts';
import { type CallRecordRow, callRecordResources } from './record-resource.ts';

/**
 * Records looked through for one page at most. Text is compared row by row: an index over parts of
 * words is of no use under row security, as the planner may not ask it before the tenant is checked.
 */
const scanned = 20_000;
/** Users whose name fits a search, at most. */
const maxUsers = 200;

/** Where a page ended. @throws TrunklineError `invalid_request` */
function position(cursor: string): { time: string; id: string } {
  const [time = '', id = ''] = decodeCursor(cursor, 2);
  if (!instant.safeParse(time).success || !isId('call', id))
    throw new TrunklineError('invalid_request', {
      errors: [{ pointer: '/cursor', message: 'not a cursor of this list' }],
    });
  return { time, id };
}

/**
 * Lists the tenant's calls, newest first. With filters no index serves, a page looks through a
 * bounded number of calls: it may be short or empty and still have a next one.
 */
export async function listCalls(ctx: Context, input: unknown): Promise<Page<CallRecord>> {
  requireScope(ctx, 'calls:read');
  const query = parse(callRecordQuery, input);
  const before = query.cursor ? position(query.cursor) : undefined;
  return readTenant(ctx, async (tx) => {
    const within = and(
      indexed(query),
      before &&
        sql`(${callRecords.startedAt}, ${callRecords.id}) < (${before.time}::timestamptz, ${before.id})`,
    );
    const filter = await lookedAt(tx, query);
    const { rows, end } = filter
      ? await scan(tx, within, filter, query.limit)
      : { rows: await newest(tx, within, query.limit + 1), end: null };
    const page = pageFrom(rows, query.limit, keyOf, (row) => row);
    return {
      items: await callRecordResources(tx, page.items),
      nextCursor: page.nextCursor ?? end,
    };
  });
}

const keyOf = (row: Pick<CallRecordRow, 'startedAt' | 'id'>) => [
  row.startedAt.toISOString(),
  row.id,
];
const newestFirst = [desc(callRecords.startedAt), desc(callRecords.id)];

/** Filters an index serves. */
function indexed(query: CallRecordQuery): SQL | undefined {
  return and(
    query.lineGroupId ? eq(callRecords.lineGroupId, query.lineGroupId) : undefined,
    query.lineId ? eq(callRecords.lineId, query.lineId) : undefined,
    query.from ? gte(callRecords.startedAt, new Date(query.from)) : undefined,
    query.to ? lte(callRecords.startedAt, new Date(query.to)) : undefined,
    query.outcome === 'problem' ? inArray(callRecords.severity, ['warning', 'error']) : undefined,
    query.outcome === 'live' ? isNull(callRecords.endedAt) : undefined,
  );
}

/** Filters each row is looked at for. */
async function lookedAt(tx: TenantTransaction, query: CallRecordQuery): Promise<SQL | undefined> {
  const { search, userId, direction, outcome } = query;
  return and(
    userId ? arrayOverlaps(callRecords.userIds, [userId]) : undefined,
    direction ? eq(callRecords.direction, direction) : undefined,
    outcome === 'answered' ? sql`${callRecords.answeredAt} is not null` : undefined,
    outcome === 'unanswered'
      ? and(isNull(callRecords.answeredAt), sql`${callRecords.endedAt} is not null`)
      : undefined,
    search ? await searchFor(tx, search) : undefined,
  );
}

async function searchFor(tx: TenantTransaction, search: string): Promise<SQL | undefined> {
  const text = search.toLowerCase();
  const digits = text.replace(/[\s()/.+-]/g, '');
  // A national number is found without its leading zeros: records hold numbers in full.
  const part = /^[0-9]+$/.test(digits) ? digits.replace(/^0+(?=[0-9]{2})/, '') : text;
  const pattern = `%${part.replace(/[\\%_]/g, '\\$&')}%`;
  const named = await tx
    .select({ id: users.id })
    .from(users)
    .where(sql`lower(${users.displayName}) like ${pattern}`)
    .limit(maxUsers);
  return or(
    sql`${callRecords.searchText} like ${pattern}`,
    named.length === 0
      ? undefined
      : arrayOverlaps(
          callRecords.userIds,
          named.map((user) => user.id),
        ),
  );
}

const newest = (tx: TenantTransaction, where: SQL | undefined, limit: number) =>
  tx
    .select()
    .from(callRecords)
    .where(where)
    .orderBy(...newestFirst)
    .limit(limit);

async function scan(
  tx: TenantTransaction,
  within: SQL | undefined,
  filter: SQL,
  limit: number,
): Promise<{ rows: CallRecordRow[]; end: string | null }> {
  const [last] = await tx
    .select({ startedAt: callRecords.startedAt, id: callRecords.id })
    .from(callRecords)
    .where(within)
    .orderBy(...newestFirst)
    .offset(scanned - 1)
    .limit(1);
  const floor =
    last &&
    sql`(${callRecords.startedAt}, ${callRecords.id}) >= (${last.startedAt.toISOString()}::timestamptz, ${last.id})`;
  const rows = await newest(tx, and(within, floor, filter), limit + 1);
  return { rows, end: last ? encodeCursor(keyOf(last)) : null };
}
