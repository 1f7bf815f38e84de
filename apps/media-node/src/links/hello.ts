import { type linkHello, linkVersion } from '@trunkline/contracts/link.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { NodeIdentity } from '@trunkline/platform/identity.ts';
import { signLinkAssertion } from '@trunkline/platform/link-assertion.ts';
import type { z } from 'zod';

export type HelloMaker = () => Promise<z.infer<typeof linkHello>>;

/** Makes the first frame of a link: who we are, proven by our own key. */
export function helloMaker(identity: NodeIdentity, bootEpoch: number, clock: Clock): HelloMaker {
  return async () => ({
    t: 'hello',
    version: linkVersion,
    role: 'node',
    id: identity.id,
    bootEpoch,
    assertion: await signLinkAssertion({
      id: identity.id,
      privateJwk: identity.signing.privateJwk,
      clock,
    }),
    capabilities: [],
  });
}
