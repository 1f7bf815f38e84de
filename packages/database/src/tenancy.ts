import type { TenantId } from '@trunkline/contracts/ids.ts';
import { sql } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';

declare const tenantScoped: unique symbol;
/** A transaction fenced to one tenant by row security. Only `withTenant` makes one. */
export type TenantTransaction = Transaction & { readonly [tenantScoped]: true };

/**
 * Runs `work` in one transaction that sees and writes rows of one tenant only. The setting lives
 * and dies with the transaction, so the connection may go to another tenant right after.
 * @param db handle of the role app or worker
 */
export function withTenant<T>(
  db: Database,
  tenantId: TenantId,
  work: (tx: TenantTransaction) => Promise<T>,
): Promise<T> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.tenant_id', ${tenantId}, true)`);
    return work(tx as TenantTransaction);
  });
}
