import { sessions } from '@trunkline/database/tenant/sessions.ts';
import { constantTimeEqual, sha256 } from '@trunkline/platform/bytes.ts';
import { and, eq, isNull } from 'drizzle-orm';
import type { ControlContext } from '../core/context.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { parseRefreshToken } from './refresh-token.ts';

/** Ends the session of a refresh token. A token that is none, or is of an ended session, is fine. */
export async function signOut(ctx: ControlContext, token: string): Promise<void> {
  const parsed = parseRefreshToken(token);
  if (!parsed) return;
  const hash = await sha256(parsed.secret);
  const scoped: ControlContext = {
    ...ctx,
    tenantId: parsed.tenantId,
    principal: { kind: 'system', name: `session ${parsed.sessionId}` },
  };
  await changeTenant(scoped, async (tx, effects) => {
    const [session] = await tx
      .select()
      .from(sessions)
      .where(and(eq(sessions.id, parsed.sessionId), isNull(sessions.revokedAt)))
      .for('update');
    if (!session) return;
    const own =
      constantTimeEqual(session.currentHash, hash) ||
      constantTimeEqual(session.previousHash ?? '', hash);
    if (!own) return;
    await tx
      .update(sessions)
      .set({ revokedAt: ctx.clock.now(), revokeReason: 'signed_out' })
      .where(and(eq(sessions.tenantId, session.tenantId), eq(sessions.id, session.id)));
    effects.publish('session.ended', { sessionId: session.id });
    effects.audit('user.sign_out', session.userId, { sessionId: session.id });
  });
}
