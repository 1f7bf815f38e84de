import type { SignedIn } from '@trunkline/contracts/auth.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { UserId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { devices, sessions } from '@trunkline/database/tenant/sessions.ts';
import { users } from '@trunkline/database/tenant/users.ts';
import { constantTimeEqual, sha256 } from '@trunkline/platform/bytes.ts';
import { and, eq } from 'drizzle-orm';
import type { ControlContext } from '../core/context.ts';
import { changeTenant, type Effects } from '../core/tenant-work.ts';
import { issueAccess, tokenTenant } from './issue-access.ts';
import {
  formatRefreshToken,
  makeRefreshSecret,
  parseRefreshToken,
  type RefreshToken,
} from './refresh-token.ts';
import { rotationGraceMs, sessionEnd } from './session-times.ts';

export interface RefreshResult {
  readonly signedIn: SignedIn;
  /** Null: another tab has the new one already; the cookie stays. */
  readonly refreshToken: string | null;
}

type SessionRow = typeof sessions.$inferSelect;

/**
 * Exchanges a refresh token for an access token and rotates it, under the row's lock. The token
 * before the last rotation answers for 30 s more, so that two tabs do not look like a thief; later
 * it does, and the session ends (RFC 9700 §4.14.2).
 * @throws TrunklineError `session_expired`
 */
export async function refreshSession(ctx: ControlContext, token: string): Promise<RefreshResult> {
  const parsed = parseRefreshToken(token);
  if (!parsed) throw new TrunklineError('session_expired');
  const hash = await sha256(parsed.secret);
  const next = await makeRefreshSecret();
  const scoped = systemContext(ctx, parsed);
  const outcome = await changeTenant(scoped, async (tx, effects) => {
    const [session] = await tx
      .select()
      .from(sessions)
      .where(eq(sessions.id, parsed.sessionId))
      .for('update');
    const now = ctx.clock.now();
    if (!session || session.revokedAt !== null || session.expiresAt <= now) return null;
    const kind = judge(session, hash, now);
    if (kind === 'reused') {
      await endAsStolen(tx, effects, session, now);
      return null;
    }
    const [user] = await tx.select().from(users).where(eq(users.id, session.userId));
    if (!user?.enabled) return null;
    const tenant = await tokenTenant(tx);
    if (!['trial', 'active', 'past_due', 'suspended'].includes(tenant.state)) return null;
    if (kind === 'current') await rotate(tx, session, next.hash, now);
    return { kind, signedIn: await issueAccess(ctx, user, tenant, session) };
  });
  if (!outcome) throw new TrunklineError('session_expired');
  return {
    signedIn: outcome.signedIn,
    refreshToken:
      outcome.kind === 'current' ? formatRefreshToken({ ...parsed, secret: next.secret }) : null,
  };
}

/** The session is found by what the token says; it acts for its user. */
function systemContext(ctx: ControlContext, token: RefreshToken): ControlContext {
  return {
    ...ctx,
    tenantId: token.tenantId,
    principal: { kind: 'system', name: `session ${token.sessionId}` },
  };
}

function judge(session: SessionRow, hash: string, now: Date): 'current' | 'previous' | 'reused' {
  if (constantTimeEqual(session.currentHash, hash)) return 'current';
  const recent = now.getTime() - session.rotatedAt.getTime() <= rotationGraceMs;
  if (recent && session.previousHash !== null && constantTimeEqual(session.previousHash, hash))
    return 'previous';
  return 'reused';
}

async function rotate(
  tx: TenantTransaction,
  session: SessionRow,
  hash: string,
  now: Date,
): Promise<void> {
  await tx
    .update(sessions)
    .set({
      previousHash: session.currentHash,
      currentHash: hash,
      rotatedAt: now,
      expiresAt: sessionEnd(now),
    })
    .where(and(eq(sessions.tenantId, session.tenantId), eq(sessions.id, session.id)));
  await tx
    .update(devices)
    .set({ lastSeenAt: now })
    .where(and(eq(devices.tenantId, session.tenantId), eq(devices.id, session.deviceId)));
}

async function endAsStolen(
  tx: TenantTransaction,
  effects: Effects,
  session: SessionRow,
  now: Date,
): Promise<void> {
  await tx
    .update(sessions)
    .set({ revokedAt: now, revokeReason: 'token_reused' })
    .where(and(eq(sessions.tenantId, session.tenantId), eq(sessions.id, session.id)));
  effects.publish('session.ended', { sessionId: session.id });
  effects.audit('session.token_reused', session.userId as UserId, { sessionId: session.id });
}
