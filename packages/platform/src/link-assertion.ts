import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { randomSecret } from './bytes.ts';
import type { Clock } from './clock.ts';
import { tokenAlgorithm } from './tokens.ts';

const audience = 'trunkline-link';
const lifeSeconds = 60;

/** Proves who dials a link: a JWT signed with the key registered for this node or edge (RFC 7523 style). */
export async function signLinkAssertion(options: {
  id: string;
  privateJwk: JWK;
  clock: Clock;
}): Promise<string> {
  const now = Math.floor(options.clock.now().getTime() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: tokenAlgorithm, typ: 'link+jwt' })
    .setSubject(options.id)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + lifeSeconds)
    .setJti(randomSecret(16))
    .sign(await importJWK(options.privateJwk, tokenAlgorithm));
}

/** @throws when the assertion is not the node's, too old, or for another purpose */
export async function verifyLinkAssertion(
  assertion: string,
  publicJwk: JWK,
  options: { id: string; clock: Clock },
): Promise<{ jti: string }> {
  const { payload } = await jwtVerify(assertion, await importJWK(publicJwk, tokenAlgorithm), {
    algorithms: [tokenAlgorithm],
    typ: 'link+jwt',
    audience,
    subject: options.id,
    maxTokenAge: lifeSeconds,
    clockTolerance: 30,
    currentDate: options.clock.now(),
    requiredClaims: ['jti', 'exp', 'iat'],
  });
  return { jti: String(payload.jti) };
}
