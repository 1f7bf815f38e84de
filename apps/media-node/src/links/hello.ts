import { type linkHello, linkVersion } from '@trunkline/contracts/link.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { NodeIdentity } from '@trunkline/platform/identity.ts';
import { type LinkAudience, signLinkAssertion } from '@trunkline/platform/link-assertion.ts';
import type { z } from 'zod';

export type HelloMaker = () => Promise<z.infer<typeof linkHello>>;

/** Makes the first frame of the link to `audience`: who we are, proven by our own key. */
export function helloMaker(options: {
  identity: NodeIdentity;
  audience: LinkAudience;
  bootEpoch: number;
  clock: Clock;
}): HelloMaker {
  const { identity, audience, bootEpoch, clock } = options;
  return async () => ({
    t: 'hello',
    version: linkVersion,
    role: 'node',
    id: identity.id,
    bootEpoch,
    assertion: await signLinkAssertion({
      id: identity.id,
      audience,
      privateJwk: identity.signing.privateJwk,
      clock,
    }),
    capabilities: [],
  });
}
