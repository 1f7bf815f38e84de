import type { UserId } from '@trunkline/contracts/ids.ts';
import { type Page, pageQuery } from '@trunkline/contracts/pages.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import type { Person } from '@trunkline/contracts/people.ts';
import { currentTenant } from '@trunkline/database/control/tenants.ts';
import { userPhones, users } from '@trunkline/database/tenant/users.ts';
import { and, eq, inArray, sql } from 'drizzle-orm';
import { type Context, requireScope } from '../core/context.ts';
import { decodeCursor, pageFrom } from '../core/cursor.ts';
import { found } from '../core/not-found.ts';
import { readTenant } from '../core/tenant-work.ts';
import { boundNumbers } from './bound-numbers.ts';

/** Hidden phones and the mailbox are nobody else's business (USR-017). */
const visibleSlots = ['business', 'mobile'] as const;

const sortName = sql<string>`lower(${users.displayName}) collate "C"`;

/** Lists the colleagues of the signed-in user by name, with the numbers they are called at. */
export async function listPeople(ctx: Context, input: unknown): Promise<Page<Person>> {
  requireScope(ctx, 'client');
  const { cursor, limit } = parse(pageQuery, input);
  const [afterName, afterId] = cursor ? decodeCursor(cursor, 2) : [];
  return readTenant(ctx, async (tx) => {
    const [tenant] = await tx.select({ domain: currentTenant.presenceDomain }).from(currentTenant);
    const { domain } = found(tenant);
    const rows = await tx
      .select({
        id: users.id,
        userName: users.userName,
        displayName: users.displayName,
        email: users.email,
        sortName,
      })
      .from(users)
      .where(
        and(
          eq(users.enabled, true),
          afterName === undefined
            ? undefined
            : sql`(${sortName}, ${users.id}) > (${afterName} collate "C", ${afterId})`,
        ),
      )
      .orderBy(sortName, users.id)
      .limit(limit + 1);
    const ids = rows.map((row) => row.id);
    const bound = await boundNumbers(tx, ids);
    const phones =
      ids.length === 0
        ? []
        : await tx
            .select()
            .from(userPhones)
            .where(
              and(inArray(userPhones.userId, ids), inArray(userPhones.slot, [...visibleSlots])),
            )
            .orderBy(userPhones.slot);
    const numbersOf = (userId: string): Person['numbers'] =>
      phones
        .filter((phone) => phone.userId === userId)
        .map(({ slot, normalised, number }) => {
          const line = bound.find((entry) => entry.userId === userId && entry.slot === slot);
          return line
            ? { slot, number: line.number, display: line.display }
            : { slot, number: normalised, display: number };
        });
    return pageFrom(
      rows,
      limit,
      (row) => [row.sortName, row.id],
      (row) => ({
        id: row.id as UserId,
        displayName: row.displayName,
        identity: `${row.userName}@${domain}`,
        email: row.email,
        numbers: numbersOf(row.id),
      }),
    );
  });
}
