import { captureRetentionDays } from '@trunkline/contracts/captures.ts';
import type { TenantId } from '@trunkline/contracts/ids.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { captures } from '@trunkline/database/tenant/diagnosis.ts';
import { lt } from 'drizzle-orm';
import type { Platform } from '../core/context.ts';
import { guarded } from '../core/failures.ts';

/**
 * Deletes captures that are older than their retention, tenant by tenant: they hold personal data.
 * @returns how many went
 */
export async function sweepCaptures(platform: Pick<Platform, 'db' | 'clock'>): Promise<number> {
  const { worker } = platform.db;
  const old = new Date(platform.clock.now().getTime() - captureRetentionDays * 86_400_000);
  const all = await guarded(() => worker.select({ id: tenants.id }).from(tenants));
  let gone = 0;
  for (const { id } of all) {
    const rows = await guarded(() =>
      withTenant(worker, id as TenantId, (tx) =>
        tx.delete(captures).where(lt(captures.startedAt, old)).returning({ id: captures.id }),
      ),
    );
    gone += rows.length;
  }
  return gone;
}
