import type { Database } from '@trunkline/database/connect.ts';
import type { PublicJwk } from '@trunkline/database/control/regions.ts';
import { sql } from 'drizzle-orm';
import { guarded } from '../core/failures.ts';

/**
 * The registered key by which a media node or an edge proves itself on a link.
 * @returns null for a peer nobody registered
 */
export async function getLinkKey(
  router: Database,
  role: 'node' | 'edge',
  id: string,
): Promise<PublicJwk | null> {
  const [row] = await guarded(() =>
    router.execute<{ sign_public_jwk: PublicJwk }>(
      sql`select sign_public_jwk from control.route_link_peer(${role}, ${id})`,
    ),
  );
  return row?.sign_public_jwk ?? null;
}
