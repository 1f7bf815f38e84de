import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineGroups, lines } from '@trunkline/database/tenant/lines.ts';
import { and, eq, ne, sql } from 'drizzle-orm';
import { found } from '../core/not-found.ts';
import type { LineGroupRow } from './line-group-resource.ts';

/**
 * Locks a group before its lines change, so that two changes side by side cannot both take the
 * Register mark or both leave it. @throws TrunklineError `not_found`
 */
export async function lockGroup(tx: TenantTransaction, lineGroupId: string): Promise<LineGroupRow> {
  const [row] = await tx
    .select()
    .from(lineGroups)
    .where(eq(lineGroups.id, lineGroupId))
    .for('update');
  return found(row);
}

/** The same for a group a body names. @throws TrunklineError `invalid_request` */
export async function lockNamedGroup(
  tx: TenantTransaction,
  lineGroupId: string,
): Promise<LineGroupRow> {
  return lockGroup(tx, lineGroupId).catch((cause: unknown) => {
    if (!(cause instanceof TrunklineError) || cause.code !== 'not_found') throw cause;
    throw new TrunklineError('invalid_request', {
      cause,
      errors: [{ pointer: '/lineGroupId', message: 'no such line group' }],
    });
  });
}

/**
 * Gives a trunk without Register mark its first used line (LIN-056, LIN-057); a group whose lines
 * register one by one has no mark. Called after lines or the kind of their group changed.
 */
export async function settleRegisterLine(
  tx: TenantTransaction,
  tenantId: TenantId,
  group: LineGroupRow,
): Promise<LineGroupRow> {
  const wanted = group.kind === 'registration' ? null : await markOf(tx, group);
  if (wanted === group.registerLineId) return group;
  const [changed] = await tx
    .update(lineGroups)
    .set({ registerLineId: wanted, version: sql`${lineGroups.version} + 1` })
    .where(and(eq(lineGroups.tenantId, tenantId), eq(lineGroups.id, group.id)))
    .returning();
  return found(changed);
}

async function markOf(tx: TenantTransaction, group: LineGroupRow): Promise<string | null> {
  const used = await tx
    .select({ id: lines.id })
    .from(lines)
    .where(and(eq(lines.lineGroupId, group.id), eq(lines.useLine, true)))
    .orderBy(sql`${lines.id} = ${group.registerLineId ?? ''} desc`, lines.id)
    .limit(1);
  return used[0]?.id ?? null;
}

/**
 * Refuses to delete or switch off the line that carries the Register mark while the trunk has other
 * used lines: another one must be ticked first (open point 12). The last one gives the mark back.
 * @throws TrunklineError `still_in_use`
 */
export async function releaseRegisterLine(
  tx: TenantTransaction,
  tenantId: TenantId,
  group: LineGroupRow,
  lineId: string,
): Promise<void> {
  if (group.registerLineId !== lineId) return;
  const [other] = await tx
    .select({ id: lines.id })
    .from(lines)
    .where(and(eq(lines.lineGroupId, group.id), eq(lines.useLine, true), ne(lines.id, lineId)))
    .limit(1);
  if (other)
    throw new TrunklineError('still_in_use', {
      detail: 'This line registers the trunk or sends its OPTIONS; give the mark to another first.',
    });
  await tx
    .update(lineGroups)
    .set({ registerLineId: null, version: sql`${lineGroups.version} + 1` })
    .where(and(eq(lineGroups.tenantId, tenantId), eq(lineGroups.id, group.id)));
}

/** A line that may carry the mark. @throws TrunklineError `invalid_request` */
export async function requireRegisterLine(
  tx: TenantTransaction,
  group: Pick<LineGroupRow, 'id' | 'kind'>,
  lineId: string,
): Promise<void> {
  const refused = (message: string) =>
    new TrunklineError('invalid_request', { errors: [{ pointer: '/registerLineId', message }] });
  if (group.kind === 'registration') throw refused('lines of this group register one by one');
  const [line] = await tx
    .select({ id: lines.id })
    .from(lines)
    .where(and(eq(lines.id, lineId), eq(lines.lineGroupId, group.id), eq(lines.useLine, true)));
  if (!line) throw refused('no used line of this group');
}
