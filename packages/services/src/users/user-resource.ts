import type { LineId, UserId } from '@trunkline/contracts/ids.ts';
import { phoneSlot, type User } from '@trunkline/contracts/users.ts';
import { currentTenant } from '@trunkline/database/control/tenants.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineAssignments } from '@trunkline/database/tenant/lines.ts';
import { userPhones, type users } from '@trunkline/database/tenant/users.ts';
import { inArray } from 'drizzle-orm';
import { found } from '../core/not-found.ts';

export type UserRow = typeof users.$inferSelect;

/** The presence domain of the transaction's tenant. */
export async function presenceDomain(tx: TenantTransaction): Promise<string> {
  const [row] = await tx.select({ domain: currentTenant.presenceDomain }).from(currentTenant);
  return found(row).domain;
}

/** The API resources of user rows, with their numbers and bound lines. */
export async function userResources(
  tx: TenantTransaction,
  rows: readonly UserRow[],
): Promise<User[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const domain = await presenceDomain(tx);
  const phones = await tx.select().from(userPhones).where(inArray(userPhones.userId, ids));
  const bound = await tx
    .select()
    .from(lineAssignments)
    .where(inArray(lineAssignments.userId, ids))
    .orderBy(lineAssignments.id);
  return rows.map((row) => ({
    id: row.id as UserId,
    userName: row.userName,
    identity: `${row.userName}@${domain}`,
    displayName: row.displayName,
    email: row.email,
    roles: row.roles,
    language: row.language,
    enabled: row.enabled,
    phones: phoneSlot.options.flatMap((slot) => {
      const phone = phones.find((one) => one.userId === row.id && one.slot === slot);
      const line = bound.find((one) => one.userId === row.id && one.slot === slot);
      return phone
        ? [{ slot, number: phone.number, lineId: (line?.lineId ?? null) as LineId | null }]
        : [];
    }),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    version: row.version,
  }));
}

export async function userResource(tx: TenantTransaction, row: UserRow): Promise<User> {
  return found((await userResources(tx, [row]))[0]);
}
