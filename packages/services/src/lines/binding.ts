import type { TenantId } from '@trunkline/contracts/ids.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineAssignments } from '@trunkline/database/tenant/lines.ts';
import { cleanNumber } from '@trunkline/numbers/clean.ts';
import { and, eq, inArray, sql } from 'drizzle-orm';

/** Slots whose numbers bind lines; mobile and mailbox only say where a user can be reached. */
export const bindingSlots = ['business', 'phone1', 'phone2'] as const;

/**
 * A number as lines are compared with it: without the characters that only group digits, a line's
 * letter suffix kept (LIN-013, LIN-090).
 */
export function normalisePhone(text: string): string {
  const suffix = /[0-9]([a-z])\s*$/.exec(text)?.[1] ?? '';
  return `${cleanNumber(text.trim())}${suffix}`;
}

interface Match extends Record<string, unknown> {
  line_id: string;
  user_id: string;
  slot: string;
}

/**
 * Binds lines to users by number (LIN-005, LIN-090): a user's number equals the line's number as
 * configured, or the number its location makes of it. Exchange lines belong to nobody (LIN-008).
 * Called after any change of users' numbers,
 * lines or locations; touches only what differs.
 * @returns true when an assignment came or went
 */
export async function rebindLines(tx: TenantTransaction, tenantId: TenantId): Promise<boolean> {
  // One binding at a time in a tenant: two changes side by side must not miss each other.
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`binding ${tenantId}`}, 0))`,
  );
  const wanted = await tx.execute<Match>(sql`
    select l.id as line_id, p.user_id, min(p.slot) as slot
    from tenant.user_phones p
    join tenant.users u on u.tenant_id = p.tenant_id and u.id = p.user_id and u.enabled
    join tenant.lines l on l.tenant_id = p.tenant_id and l.use_line and not l.is_trunk_line
      and p.normalised in (l.number || l.suffix, l.full_number)
    where p.slot in ${[...bindingSlots]}
    group by l.id, p.user_id`);
  const present = await tx.select().from(lineAssignments);
  const key = (lineId: string, userId: string, slot: string) => `${lineId} ${userId} ${slot}`;
  const wantedKeys = new Set(wanted.map((row) => key(row.line_id, row.user_id, row.slot)));
  const presentKeys = new Set(present.map((row) => key(row.lineId, row.userId, row.slot)));
  const gone = present.filter((row) => !wantedKeys.has(key(row.lineId, row.userId, row.slot)));
  const fresh = wanted.filter((row) => !presentKeys.has(key(row.line_id, row.user_id, row.slot)));
  if (gone.length > 0)
    await tx.delete(lineAssignments).where(
      and(
        eq(lineAssignments.tenantId, tenantId),
        inArray(
          lineAssignments.id,
          gone.map((row) => row.id),
        ),
      ),
    );
  if (fresh.length > 0)
    await tx.insert(lineAssignments).values(
      fresh.map((row) => ({
        tenantId,
        id: newId('lineAssignment'),
        lineId: row.line_id,
        userId: row.user_id,
        slot: row.slot,
      })),
    );
  return gone.length + fresh.length > 0;
}
