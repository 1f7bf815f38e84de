import type { Database } from '@trunkline/database/connect.ts';
import { dataKeys } from '@trunkline/database/control/keys.ts';
import {
  createKeyRing,
  type KeyEncryptionKeys,
  type KeyRing,
  type WrappedDataKey,
} from '@trunkline/platform/seal.ts';
import { eq } from 'drizzle-orm';
import { guarded } from '../core/failures.ts';

/** Owner of what we seal for ourselves. */
export const platformTenant = 'platform';

/** All data keys of a tenant, wrapped. */
export function loadDataKeys(operator: Database, tenantId: string): Promise<WrappedDataKey[]> {
  return guarded(async () => {
    const rows = await operator.select().from(dataKeys).where(eq(dataKeys.tenantId, tenantId));
    return rows.map((row) => ({ id: row.id, wrapped: row.wrapped, current: row.active }));
  });
}

/** The key ring over the table of wrapped data keys. */
export function openKeyRing(operator: Database, kek: KeyEncryptionKeys): KeyRing {
  return createKeyRing({
    kek,
    load: (tenantId) => loadDataKeys(operator, tenantId),
    store: (tenantId, { id, wrapped }) =>
      guarded(() =>
        operator.transaction(async (tx) => {
          await tx.update(dataKeys).set({ active: false }).where(eq(dataKeys.tenantId, tenantId));
          await tx.insert(dataKeys).values({ tenantId, id, wrapped });
        }),
      ),
  });
}
