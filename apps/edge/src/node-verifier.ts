import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { MediaNodeId } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import { verifyLinkAssertion } from '@trunkline/platform/link-assertion.ts';
import type { JWK } from 'jose';
import type { NodeVerifier } from './hub/node-connection.ts';

/** Assertions live a minute; used ones are remembered longer. */
const usedKeepMs = 180_000;
const maxUsed = 10_000;
const maxKeys = 10_000;

/**
 * Checks that a media node is who it says: its registered key signed the assertion, which is
 * fresh and was not used before. The key a node had last stands in while the database is away.
 */
export function createNodeVerifier(options: {
  /** The registered public key; null for a node nobody registered. */
  keyOf: (nodeId: MediaNodeId) => Promise<JWK | null>;
  clock: Clock;
}): NodeVerifier {
  const { keyOf, clock } = options;
  const keys = new Map<MediaNodeId, JWK>();
  const used = new Map<string, number>();

  async function key(nodeId: MediaNodeId): Promise<JWK> {
    let found: JWK | null | undefined;
    try {
      found = await keyOf(nodeId);
      if (found) keys.set(nodeId, found);
      else keys.delete(nodeId);
    } catch (error) {
      found = keys.get(nodeId);
      if (!found) throw error;
    }
    const oldest = keys.keys().next().value;
    if (keys.size > maxKeys && oldest) keys.delete(oldest);
    if (!found) throw new TrunklineError('unauthenticated', { detail: 'node not registered' });
    return found;
  }

  return async (nodeId, assertion) => {
    const { jti } = await verifyLinkAssertion(assertion, await key(nodeId), {
      id: nodeId,
      audience: 'edge',
      clock,
    });
    const now = clock.monotonic();
    for (const [id, at] of used) {
      if (now - at < usedKeepMs && used.size <= maxUsed) break;
      used.delete(id);
    }
    if (used.has(jti)) throw new TrunklineError('unauthenticated', { detail: 'assertion reused' });
    used.set(jti, now);
  };
}
