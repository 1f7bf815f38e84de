import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { randomSecret } from './bytes.ts';
import type { Clock } from './clock.ts';
import { tokenAlgorithm } from './tokens.ts';

/** The end of a link that is dialled: an assertion made for one is refused at the other. */
export type LinkAudience = 'control-plane' | 'edge';

const audienceClaim = (audience: LinkAudience) => `trunkline-link:${audience}`;
const lifeSeconds = 60;

/** Proves who dials a link: a JWT signed with the key registered for this node or edge (RFC 7523 style). */
export async function signLinkAssertion(options: {
  id: string;
  audience: LinkAudience;
  privateJwk: JWK;
  clock: Clock;
}): Promise<string> {
  const now = Math.floor(options.clock.now().getTime() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: tokenAlgorithm, typ: 'link+jwt' })
    .setSubject(options.id)
    .setAudience(audienceClaim(options.audience))
    .setIssuedAt(now)
    .setExpirationTime(now + lifeSeconds)
    .setJti(randomSecret(16))
    .sign(await importJWK(options.privateJwk, tokenAlgorithm));
}

/** @throws when the assertion is not the peer's, too old, made for another link or another purpose */
export async function verifyLinkAssertion(
  assertion: string,
  publicJwk: JWK,
  options: { id: string; audience: LinkAudience; clock: Clock },
): Promise<{ jti: string }> {
  const { payload } = await jwtVerify(assertion, await importJWK(publicJwk, tokenAlgorithm), {
    algorithms: [tokenAlgorithm],
    typ: 'link+jwt',
    audience: audienceClaim(options.audience),
    subject: options.id,
    maxTokenAge: lifeSeconds,
    clockTolerance: 30,
    currentDate: options.clock.now(),
    requiredClaims: ['jti', 'exp', 'iat'],
  });
  return { jti: String(payload.jti) };
}
