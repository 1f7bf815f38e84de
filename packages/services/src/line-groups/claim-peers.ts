import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { sql } from 'drizzle-orm';
import type { LineGroupRow } from './line-group-resource.ts';

/**
 * Claims the addresses a fixed-IP trunk takes calls from, and gives back what it had: on one media
 * node an address belongs to one tenant, as its calls are told by it (LIN-079, LIN-080). Other kinds
 * prove themselves by their registration and claim nothing.
 * @throws TrunklineError `already_exists` when another tenant has one of them
 */
export async function claimPeers(
  tx: TenantTransaction,
  group: Pick<LineGroupRow, 'id' | 'kind' | 'peerAddresses'>,
): Promise<void> {
  const ranges = group.kind === 'trunk_static' ? group.peerAddresses : [];
  const list = sql.join(
    ranges.map((range) => sql`${range}`),
    sql`, `,
  );
  const [row] = await tx.execute<{ claimed: boolean }>(
    sql`select control.claim_peers(${group.id}, array[${list}]::text[]) as claimed`,
  );
  if (row?.claimed) return;
  throw new TrunklineError('already_exists', {
    errors: [{ pointer: '/peerAddresses', message: 'belongs to the trunk of somebody else' }],
  });
}
