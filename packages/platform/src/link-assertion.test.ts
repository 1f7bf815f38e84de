import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { type LinkAudience, signLinkAssertion, verifyLinkAssertion } from './link-assertion.ts';
import { makeIdentity } from './node/identity-file.ts';

test('an assertion of another key, for another id, or too old is refused', async () => {
  const [mine, other] = [await makeIdentity('node'), await makeIdentity('node')];
  const audience = 'edge';
  const assertion = await signLinkAssertion({
    id: mine.id,
    audience,
    privateJwk: mine.signing.privateJwk,
    clock: systemClock,
  });
  const check = (key: object, id: string, clock = systemClock) =>
    verifyLinkAssertion(assertion, key, { id, audience, clock });
  await expect(check(mine.signing.publicJwk, mine.id)).resolves.toHaveProperty('jti');
  await expect(check(other.signing.publicJwk, mine.id)).rejects.toThrow();
  await expect(check(mine.signing.publicJwk, other.id)).rejects.toThrow();
  const later = { now: () => new Date(Date.now() + 120_000), monotonic: () => 0 };
  await expect(check(mine.signing.publicJwk, mine.id, later)).rejects.toThrow();
});

test.each([
  ['control-plane', 'edge'],
  ['edge', 'control-plane'],
] satisfies [LinkAudience, LinkAudience][])(
  'an assertion made for the link to the %s is refused at the %s',
  async (made, other) => {
    const { id, signing } = await makeIdentity('node');
    const assertion = await signLinkAssertion({
      id,
      audience: made,
      privateJwk: signing.privateJwk,
      clock: systemClock,
    });
    const at = (audience: LinkAudience) =>
      verifyLinkAssertion(assertion, signing.publicJwk, { id, audience, clock: systemClock });
    await expect(at(made)).resolves.toHaveProperty('jti');
    await expect(at(other)).rejects.toThrow(/"aud"/);
  },
);
