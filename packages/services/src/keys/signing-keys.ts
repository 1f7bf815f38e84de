import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Database } from '@trunkline/database/connect.ts';
import { signingKeys } from '@trunkline/database/control/keys.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { KeyRing } from '@trunkline/platform/seal.ts';
import { generateSigningKey, type SigningKey } from '@trunkline/platform/tokens.ts';
import { and, eq, gt, isNull, or } from 'drizzle-orm';
import type { JSONWebKeySet, JWK } from 'jose';
import { guarded } from '../core/failures.ts';
import { platformTenant } from './key-store.ts';

export type KeyPurpose = 'token' | 'config';

/** Keys that sign access tokens and configuration. */
export interface SigningKeys {
  /** The key that signs now. @throws TrunklineError `unavailable` before there is one */
  active(purpose: KeyPurpose): Promise<SigningKey>;
  /** All keys whose signatures may still be in use. */
  publicKeys(purpose: KeyPurpose): Promise<JSONWebKeySet>;
  /** Makes the first key, if there is none. */
  ensure(purpose: KeyPurpose): Promise<void>;
  /** A new key signs from now on; the old one is published for another day. */
  rotate(purpose: KeyPurpose): Promise<void>;
}

/** Seconds an opened key is kept: a rotation elsewhere is noticed within this time. */
const cacheMs = 60_000;
/** How long a retired key stays published: longer than anything it signed is good for. */
const publishedAfterMs = 24 * 3600 * 1000;

const sealContext = (kid: string) => `signing-key|${kid}`;

export function openSigningKeys(options: {
  operator: Database;
  keyring: KeyRing;
  clock: Clock;
}): SigningKeys {
  const { operator, keyring, clock } = options;
  const cache = new Map<KeyPurpose, { key: SigningKey; at: number }>();

  async function load(purpose: KeyPurpose): Promise<SigningKey> {
    const [row] = await guarded(() =>
      operator
        .select()
        .from(signingKeys)
        .where(and(eq(signingKeys.purpose, purpose), isNull(signingKeys.retiredAt))),
    );
    if (!row) throw new TrunklineError('unavailable', { detail: `no ${purpose} key yet` });
    const privateJwk = await keyring.open(platformTenant, sealContext(row.id), row.sealedPrivate);
    return {
      kid: row.id,
      publicJwk: row.publicJwk as JWK,
      privateJwk: JSON.parse(privateJwk) as JWK,
    };
  }

  async function make(purpose: KeyPurpose, retireOthers: boolean): Promise<void> {
    const key = await generateSigningKey();
    const sealedPrivate = await keyring.seal(
      platformTenant,
      sealContext(key.kid),
      JSON.stringify(key.privateJwk),
    );
    await guarded(() =>
      operator.transaction(async (tx) => {
        if (retireOthers)
          await tx
            .update(signingKeys)
            .set({ retiredAt: clock.now() })
            .where(and(eq(signingKeys.purpose, purpose), isNull(signingKeys.retiredAt)));
        await tx
          .insert(signingKeys)
          .values({ id: key.kid, purpose, publicJwk: { ...key.publicJwk }, sealedPrivate })
          .onConflictDoNothing();
      }),
    );
    cache.delete(purpose);
  }

  return {
    async active(purpose) {
      const cached = cache.get(purpose);
      if (cached && clock.monotonic() - cached.at < cacheMs) return cached.key;
      const key = await load(purpose);
      cache.set(purpose, { key, at: clock.monotonic() });
      return key;
    },
    async publicKeys(purpose) {
      const since = new Date(clock.now().getTime() - publishedAfterMs);
      const rows = await guarded(() =>
        operator
          .select()
          .from(signingKeys)
          .where(
            and(
              eq(signingKeys.purpose, purpose),
              or(isNull(signingKeys.retiredAt), gt(signingKeys.retiredAt, since)),
            ),
          )
          .orderBy(signingKeys.id),
      );
      return { keys: rows.map((row) => row.publicJwk as JWK) };
    },
    async ensure(purpose) {
      const rows = await guarded(() =>
        operator
          .select({ id: signingKeys.id })
          .from(signingKeys)
          .where(and(eq(signingKeys.purpose, purpose), isNull(signingKeys.retiredAt))),
      );
      if (rows.length === 0) await make(purpose, false);
    },
    rotate: (purpose) => make(purpose, true),
  };
}
