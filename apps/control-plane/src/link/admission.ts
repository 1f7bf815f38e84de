import { isId } from '@trunkline/contracts/ids.ts';
import { type linkHello, linkVersion } from '@trunkline/contracts/link.ts';
import { verifyLinkAssertion } from '@trunkline/platform/link-assertion.ts';
import type { Platform } from '@trunkline/services/core/context.ts';
import { getLinkKey } from '@trunkline/services/link/get-link-key.ts';
import type { JWK } from 'jose';
import type { z } from 'zod';
import { closeCodes } from './sockets.ts';

type Hello = z.infer<typeof linkHello>;
type Refusal = { readonly code: number; readonly reason: string };

/** Assertions seen: each is good once. They live for a minute; this many at most are remembered. */
const maxRemembered = 20_000;
const rememberMs = 150_000;

/** Checks who dials in. */
export interface Admission {
  /** Null: welcome. */
  check(hello: Hello): Promise<Refusal | null>;
}

/**
 * A peer proves itself by a short-lived assertion signed with its registered key, used once.
 * What is wrong is said in the log, not to the peer.
 */
export function createAdmission(platform: Pick<Platform, 'db' | 'clock' | 'log'>): Admission {
  const { clock, log } = platform;
  const seen = new Map<string, number>();

  function firstUse(jti: string): boolean {
    const now = clock.monotonic();
    for (const [known, at] of seen) {
      if (now - at < rememberMs && seen.size <= maxRemembered) break;
      seen.delete(known);
    }
    if (seen.has(jti)) return false;
    seen.set(jti, now);
    return true;
  }

  return {
    async check(hello) {
      if (hello.version !== linkVersion && hello.version !== linkVersion - 1)
        return { code: closeCodes.protocolError, reason: 'protocol_version_unsupported' };
      const refused = { code: closeCodes.unauthenticated, reason: 'unauthenticated' };
      if (hello.role === 'node' && !isId('mediaNode', hello.id)) return refused;
      const key = await getLinkKey(platform.db.router, hello.role, hello.id);
      if (!key) {
        log.warn({ role: hello.role, peer: hello.id }, 'link refused: nobody registered this peer');
        return refused;
      }
      try {
        const { jti } = await verifyLinkAssertion(hello.assertion, key as JWK, {
          id: hello.id,
          audience: 'control-plane',
          clock,
        });
        if (firstUse(`${hello.id} ${jti}`)) return null;
        log.warn({ role: hello.role, peer: hello.id }, 'link refused: assertion used before');
      } catch (error) {
        log.warn({ err: error, role: hello.role, peer: hello.id }, 'link refused');
      }
      return refused;
    },
  };
}
