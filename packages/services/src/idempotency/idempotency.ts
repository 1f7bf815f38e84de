import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { idempotencyKeys } from '@trunkline/database/control/keys.ts';
import { sha256 } from '@trunkline/platform/bytes.ts';
import { and, eq, lt, sql } from 'drizzle-orm';
import type { Platform } from '../core/context.ts';
import { guarded } from '../core/failures.ts';

/** How long a reply is kept (PLT-051). */
const keepMs = 7 * 24 * 3600 * 1000;
/** A request that has not answered by then was lost with its process; the next one takes over. */
export const idempotencyLockMs = 60_000;

export interface IdempotentRequest {
  /** Who calls: the same key of somebody else is another key. */
  readonly caller: string;
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly bodyHash: string;
}

export type IdempotentStart =
  | { readonly kind: 'go'; readonly id: string }
  | { readonly kind: 'replay'; readonly status: number; readonly body: unknown };

/**
 * Takes the key for this request, or finds the reply it had.
 * @throws TrunklineError `idempotency_key_reused`, `idempotency_in_progress`
 */
export async function beginIdempotent(
  platform: Pick<Platform, 'db' | 'clock'>,
  request: IdempotentRequest,
): Promise<IdempotentStart> {
  const id = await sha256(`${request.caller}\n${request.key}`);
  const now = platform.clock.now();
  const lockUntil = new Date(now.getTime() + idempotencyLockMs);
  const expiresAt = new Date(now.getTime() + keepMs);
  const { operator } = platform.db;
  return guarded(async () => {
    await operator
      .delete(idempotencyKeys)
      .where(and(eq(idempotencyKeys.id, id), lt(idempotencyKeys.expiresAt, now)));
    const taken = await operator
      .insert(idempotencyKeys)
      .values({ id, ...request, state: 'running', lockUntil, expiresAt })
      .onConflictDoNothing()
      .returning({ id: idempotencyKeys.id });
    if (taken.length > 0) return { kind: 'go' as const, id };
    const [row] = await operator.select().from(idempotencyKeys).where(eq(idempotencyKeys.id, id));
    if (!row) throw new TrunklineError('idempotency_in_progress', { retryAfterSeconds: 1 });
    if (
      row.method !== request.method ||
      row.path !== request.path ||
      row.bodyHash !== request.bodyHash
    )
      throw new TrunklineError('idempotency_key_reused');
    if (row.state === 'done' && row.status !== null)
      return { kind: 'replay' as const, status: row.status, body: row.body };
    const inherited = await operator
      .update(idempotencyKeys)
      .set({ lockUntil })
      .where(
        and(
          eq(idempotencyKeys.id, id),
          eq(idempotencyKeys.state, 'running'),
          lt(idempotencyKeys.lockUntil, now),
        ),
      )
      .returning({ id: idempotencyKeys.id });
    if (inherited.length > 0) return { kind: 'go' as const, id };
    const seconds = Math.ceil((row.lockUntil.getTime() - now.getTime()) / 1000);
    throw new TrunklineError('idempotency_in_progress', {
      retryAfterSeconds: Math.min(Math.max(seconds, 1), 5),
    });
  });
}

/** Keeps a refusal: the same request again gets the same answer. */
export async function keepRefusal(
  platform: Pick<Platform, 'db'>,
  id: string,
  status: number,
  body: unknown,
): Promise<void> {
  await guarded(() =>
    platform.db.operator
      .update(idempotencyKeys)
      .set({ state: 'done', status, body: sql`${JSON.stringify(body)}::jsonb` })
      .where(and(eq(idempotencyKeys.id, id), eq(idempotencyKeys.state, 'running'))),
  );
}

/** Frees the key of a request that failed without effect; it may be sent again. */
export async function abandonIdempotent(
  platform: Pick<Platform, 'db' | 'clock'>,
  id: string,
): Promise<void> {
  // Kept, but free to be taken: what the request had begun (a tenant in provisioning) is found by it.
  await guarded(() =>
    platform.db.operator
      .update(idempotencyKeys)
      .set({ lockUntil: new Date(platform.clock.now().getTime() - 1) })
      .where(and(eq(idempotencyKeys.id, id), eq(idempotencyKeys.state, 'running'))),
  );
}

/** Deletes what is older than seven days, a bounded number at a time. @returns how many */
export async function sweepIdempotencyKeys(
  platform: Pick<Platform, 'db' | 'clock'>,
): Promise<number> {
  const now = platform.clock.now().toISOString();
  const gone = await guarded(() =>
    platform.db.operator.execute(sql`
      delete from control.idempotency_keys where id in (
        select id from control.idempotency_keys where expires_at < ${now}::timestamptz limit 1000)
      returning id`),
  );
  return gone.length;
}
