import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { type TenantTransaction, withTenant } from '@trunkline/database/tenancy.ts';
import { audit, outbox } from '@trunkline/database/tenant/records.ts';
import { traceparentOf } from '@trunkline/platform/telemetry.ts';
import { sql } from 'drizzle-orm';
import type { OutboxTopics } from '../outbox/topics.ts';
import { actorOf, type Context, tenantOf } from './context.ts';
import { guarded } from './failures.ts';

/** Reads within the request's tenant. */
export function readTenant<T>(
  ctx: Context,
  work: (tx: TenantTransaction) => Promise<T>,
): Promise<T> {
  return guarded(() => withTenant(ctx.db.app, tenantOf(ctx), work));
}

/** What a change leaves behind besides itself. */
export interface Effects {
  /** Who did what; `changes` holds field names and harmless values, never secrets. */
  audit(action: string, targetId: string, changes?: Record<string, unknown>): void;
  /** What the rest of the platform must learn. */
  publish<T extends keyof OutboxTopics>(topic: T, payload: OutboxTopics[T]): void;
}

/**
 * Changes the request's tenant in one transaction: the change, its audit rows, its outbox rows and,
 * for an idempotent POST, the stored reply. All of it happens or nothing.
 */
export function changeTenant<T>(
  ctx: Context,
  work: (tx: TenantTransaction, effects: Effects) => Promise<T>,
): Promise<T> {
  const tenantId = tenantOf(ctx);
  return guarded(() =>
    withTenant(ctx.db.app, tenantId, async (tx) => {
      const { effects, write } = collectEffects(ctx, tenantId);
      const result = await work(tx, effects);
      await write(tx);
      if (ctx.idempotency) await storeReply(tx, ctx.idempotency, result);
      return result;
    }),
  );
}

function collectEffects(ctx: Context, tenantId: TenantId) {
  const audits: (typeof audit.$inferInsert)[] = [];
  const messages = new Map<string, typeof outbox.$inferInsert>();
  const effects: Effects = {
    audit(action, targetId, changes = {}) {
      audits.push({
        tenantId,
        id: newId('audit'),
        ...actorOf(ctx.principal),
        action,
        targetId,
        changes,
        traceId: ctx.trace?.traceId ?? null,
      });
    },
    publish(topic, payload) {
      // The same message twice in one transaction says nothing new.
      messages.set(`${topic} ${JSON.stringify(payload)}`, {
        tenantId,
        id: newId('outbox'),
        topic,
        payload,
        traceparent: ctx.trace ? traceparentOf(ctx.trace) : null,
      });
    },
  };
  const write = async (tx: TenantTransaction) => {
    if (audits.length > 0) await tx.insert(audit).values(audits);
    if (messages.size > 0) await tx.insert(outbox).values([...messages.values()]);
  };
  return { effects, write };
}

async function storeReply(
  tx: TenantTransaction,
  reply: { id: string; status: number },
  body: unknown,
): Promise<void> {
  const [row] = await tx.execute<{ stored: boolean }>(
    sql`select control.finish_idempotent(${reply.id}, ${reply.status}, ${JSON.stringify(body ?? null)}::jsonb) as stored`,
  );
  // A slow twin of this request was faster after all: its change stands, ours is undone.
  if (!row?.stored) throw new TrunklineError('idempotency_in_progress', { retryAfterSeconds: 1 });
}
