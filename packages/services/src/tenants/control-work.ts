import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { Transaction } from '@trunkline/database/connect.ts';
import { controlAudit, idempotencyKeys } from '@trunkline/database/control/keys.ts';
import { and, eq, sql } from 'drizzle-orm';
import { actorOf, type Context, type ControlContext } from '../core/context.ts';
import { guarded } from '../core/failures.ts';
import { tellHint } from '../outbox/hints.ts';

/** What a change of a global table leaves behind. */
export interface ControlEffects {
  audit(action: string, tenantId: TenantId, changes?: Record<string, unknown>): Promise<void>;
  /** The tenant's state or name changed: nodes and edges are told when the change is committed. */
  tenantChanged(tenantId: TenantId): Promise<void>;
}

/** Changes global tables in one transaction with audit, notice and the stored reply. */
export function changeControl<T>(
  ctx: ControlContext,
  work: (tx: Transaction, effects: ControlEffects) => Promise<T>,
  reply: 'store-reply' | 'no-reply' = 'store-reply',
): Promise<T> {
  return guarded(() =>
    ctx.db.operator.transaction(async (tx) => {
      const result = await work(tx, effectsIn(tx, ctx));
      if (ctx.idempotency && reply === 'store-reply')
        await storeControlReply(tx, ctx.idempotency, result);
      return result;
    }),
  );
}

function effectsIn(tx: Transaction, ctx: Context): ControlEffects {
  return {
    async audit(action, tenantId, changes = {}) {
      await tx.insert(controlAudit).values({
        id: newId('audit'),
        ...actorOf(ctx.principal),
        partnerId: ctx.principal.kind === 'apiKey' ? ctx.principal.partnerId : null,
        tenantId,
        action,
        targetId: tenantId,
        changes,
        traceId: ctx.trace?.traceId ?? null,
      });
    },
    tenantChanged: (tenantId) => tellHint(tx, { topic: 'tenant.changed', tenantId, payload: {} }),
  };
}

async function storeControlReply(
  tx: Transaction,
  reply: { id: string; status: number },
  body: unknown,
): Promise<void> {
  const stored = await tx
    .update(idempotencyKeys)
    .set({ state: 'done', status: reply.status, body: sql`${JSON.stringify(body)}::jsonb` })
    .where(and(eq(idempotencyKeys.id, reply.id), eq(idempotencyKeys.state, 'running')))
    .returning({ id: idempotencyKeys.id });
  if (stored.length === 0)
    throw new TrunklineError('idempotency_in_progress', { retryAfterSeconds: 1 });
}
