import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { Id, TenantId } from '@trunkline/contracts/ids.ts';
import { scope as scopeSchema } from '@trunkline/contracts/scopes.ts';
import type { Database } from '@trunkline/database/connect.ts';
import { constantTimeEqual, sha256 } from '@trunkline/platform/bytes.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import { sql } from 'drizzle-orm';
import type { Principal } from '../core/context.ts';
import { guarded } from '../core/failures.ts';

/** `tlk_<visible prefix>_<secret>`. */
const pattern = /^tlk_([a-z0-9]{6,32})_([A-Za-z0-9_-]{20,128})$/;

/** Splits a key. Null: not a key of ours. */
export function parseApiKey(text: string): { prefix: string; secret: string } | null {
  const match = pattern.exec(text);
  const [prefix, secret] = [match?.[1], match?.[2]];
  return prefix && secret ? { prefix, secret } : null;
}

/** Tells a bearer token that is an API key from one that is a JWT. */
export const looksLikeApiKey = (token: string) => token.startsWith('tlk_');

interface KeyRow extends Record<string, unknown> {
  id: Id<'apiKey'>;
  partner_id: Id<'partner'> | null;
  tenant_id: TenantId | null;
  secret_hash: string;
  scopes: string[];
  expires_at: string;
  revoked_at: string | null;
}

/**
 * Finds the holder of a key. Looked up on every request, so that a revocation holds at once.
 * @throws TrunklineError `unauthenticated` when unknown, expired or revoked (PLT-052)
 */
export async function authenticateApiKey(
  router: Database,
  clock: Clock,
  token: string,
): Promise<Principal & { kind: 'apiKey' }> {
  const parsed = parseApiKey(token);
  if (!parsed) throw new TrunklineError('unauthenticated');
  const rows = await guarded(() =>
    router.execute<KeyRow>(sql`select * from control.route_api_key(${parsed.prefix})`),
  );
  const row = rows[0];
  const hash = await sha256(parsed.secret);
  // The comparison also runs without a row, so that a prefix cannot be told by time.
  const matches = constantTimeEqual(hash, row?.secret_hash ?? '-'.repeat(hash.length));
  if (!row || !matches) throw new TrunklineError('unauthenticated');
  if (row.revoked_at !== null || new Date(row.expires_at) <= clock.now())
    throw new TrunklineError('unauthenticated');
  return {
    kind: 'apiKey',
    keyId: row.id,
    partnerId: row.partner_id,
    tenantId: row.tenant_id,
    scopes: new Set(
      row.scopes.flatMap((text) => {
        const known = scopeSchema.safeParse(text);
        return known.success ? [known.data] : [];
      }),
    ),
  };
}
