import { type AccessClaims, accessClaims } from '@trunkline/contracts/auth.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Clock } from './clock.ts';

export const tokenAlgorithm = 'ES256';
/** Life of an access token, seconds. */
export const accessTokenSeconds = 600;
/** Clocks of two machines may differ by this much, seconds. */
const leewaySeconds = 30;

/** A signing key with its key id; the public half goes into the JWKS. */
export interface SigningKey {
  kid: string;
  privateJwk: JWK;
  publicJwk: JWK;
}

/** A new P-256 key pair for ES256. */
export async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(tokenAlgorithm, { extractable: true });
  const kid = newId('signingKey');
  const common = { kid, alg: tokenAlgorithm, use: 'sig' };
  return {
    kid,
    privateJwk: { ...(await exportJWK(privateKey)), ...common },
    publicJwk: { ...(await exportJWK(publicKey)), ...common },
  };
}

/** Signs an access token (RFC 9068 profile: `typ` at+jwt). */
export async function signAccessToken(options: {
  key: SigningKey;
  claims: AccessClaims;
}): Promise<string> {
  const { key, claims } = options;
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: tokenAlgorithm, kid: key.kid, typ: 'at+jwt' })
    .sign(await importJWK(key.privateJwk, tokenAlgorithm));
}

export interface AccessTokenVerifierOptions {
  issuer: string;
  /** Fetches the current key set; called at most every 10 s. */
  jwks: () => Promise<JSONWebKeySet>;
  clock: Clock;
}

/** Verifies a token; `ignoreExpiry` serves emergency calls with an expired one. */
export type AccessTokenVerifier = (
  token: string,
  options?: { ignoreExpiry?: boolean },
) => Promise<AccessClaims>;

const refetchAfterMs = 10_000;
/** An expired token opens the emergency door for this long, seconds. */
const expiredLifeSeconds = 30 * 24 * 3600;

/**
 * Verifies access tokens at the edge: ES256 only, issuer, audience, type, times. The last good
 * key set is kept, so that an outage of the control plane does not end sessions.
 * @throws TrunklineError `unauthenticated`; `unavailable` when no key set was ever had
 */
export function createAccessTokenVerifier(
  options: AccessTokenVerifierOptions,
): AccessTokenVerifier {
  const { issuer, jwks, clock } = options;
  let known: JSONWebKeySet | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    if (clock.monotonic() - fetchedAt < refetchAfterMs) return;
    fetching ??= (async () => {
      try {
        known = await jwks();
      } catch (cause) {
        if (!known)
          throw new TrunklineError('unavailable', { detail: 'no signing keys yet', cause });
      } finally {
        if (known) fetchedAt = clock.monotonic();
        fetching = undefined;
      }
    })();
    await fetching;
  }

  return async (token, { ignoreExpiry = false } = {}) => {
    let kid: string | undefined;
    try {
      kid = decodeProtectedHeader(token).kid;
    } catch (cause) {
      throw new TrunklineError('unauthenticated', { cause });
    }
    if (!known?.keys.some((key) => key.kid === kid)) await refresh();
    try {
      const now = clock.now();
      const { payload } = await jwtVerify(token, createLocalJWKSet(known ?? { keys: [] }), {
        algorithms: [tokenAlgorithm],
        typ: 'at+jwt',
        issuer,
        audience: 'trunkline',
        clockTolerance: ignoreExpiry ? expiredLifeSeconds : leewaySeconds,
        currentDate: now,
        requiredClaims: ['sub', 'tid', 'did', 'sid', 'exp', 'iat'],
      });
      return accessClaims.parse(payload);
    } catch (cause) {
      throw new TrunklineError(
        cause instanceof errors.JWTExpired ? 'session_expired' : 'unauthenticated',
        { cause },
      );
    }
  };
}
