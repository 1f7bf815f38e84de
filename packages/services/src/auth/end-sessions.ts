import type { TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { sessions } from '@trunkline/database/tenant/sessions.ts';
import { and, eq, isNull } from 'drizzle-orm';
import type { Effects } from '../core/tenant-work.ts';

/** Ends every session of a user; edges drop their sockets. */
export async function endSessionsOf(
  tx: TenantTransaction,
  effects: Effects,
  target: { tenantId: TenantId; userId: UserId; reason: string; now: Date },
): Promise<void> {
  const ended = await tx
    .update(sessions)
    .set({ revokedAt: target.now, revokeReason: target.reason })
    .where(
      and(
        eq(sessions.tenantId, target.tenantId),
        eq(sessions.userId, target.userId),
        isNull(sessions.revokedAt),
      ),
    )
    .returning({ id: sessions.id });
  for (const { id } of ended) effects.publish('session.ended', { sessionId: id });
}
