import { type Id, isId, type TenantId } from '@trunkline/contracts/ids.ts';
import { randomSecret, sha256 } from '@trunkline/platform/bytes.ts';

/** A refresh token names its tenant and session; only its secret proves anything. */
export interface RefreshToken {
  readonly tenantId: TenantId;
  readonly sessionId: Id<'session'>;
  readonly secret: string;
}

/** `<tenant>.<session>.<secret>`: the session is found without a table over all tenants. */
export const formatRefreshToken = ({ tenantId, sessionId, secret }: RefreshToken) =>
  `${tenantId}.${sessionId}.${secret}`;

/** Null: not a token of ours. */
export function parseRefreshToken(text: string): RefreshToken | null {
  const [tenantId = '', sessionId = '', secret = '', ...rest] = text.split('.');
  if (rest.length > 0 || !isId('tenant', tenantId) || !isId('session', sessionId)) return null;
  return /^[A-Za-z0-9_-]{43}$/.test(secret) ? { tenantId, sessionId, secret } : null;
}

/** A new secret of 256 random bits and what is stored of it. */
export async function makeRefreshSecret(): Promise<{ secret: string; hash: string }> {
  const secret = randomSecret(32);
  return { secret, hash: await sha256(secret) };
}
