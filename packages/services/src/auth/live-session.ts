import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { sessions } from '@trunkline/database/tenant/sessions.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { and, eq, isNull } from 'drizzle-orm';
import type { Platform, Principal } from '../core/context.ts';
import { guarded } from '../core/failures.ts';

/**
 * An access token is good for minutes; what changes configuration also needs that its session was
 * not ended and its user not disabled meanwhile.
 * @throws TrunklineError `session_expired`
 */
export async function requireLiveSession(
  platform: Pick<Platform, 'db'>,
  principal: Principal & { kind: 'user' },
): Promise<void> {
  const [row] = await guarded(() =>
    withTenant(platform.db.app, principal.tenantId, (tx) =>
      tx
        .select({ id: sessions.id })
        .from(sessions)
        .innerJoin(users, and(eq(users.tenantId, sessions.tenantId), eq(users.id, sessions.userId)))
        .where(
          and(
            eq(sessions.id, principal.sessionId),
            eq(sessions.userId, principal.userId),
            isNull(sessions.revokedAt),
            eq(users.enabled, true),
          ),
        ),
    ),
  );
  if (!row) throw new TrunklineError('session_expired');
}
