import { controlToEdge, linkVersion } from '@trunkline/contracts/link.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { NodeIdentity } from '@trunkline/platform/identity.ts';
import { signLinkAssertion } from '@trunkline/platform/link-assertion.ts';
import { connectLink, type Link } from '@trunkline/platform/link-client.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { Hub } from './hub/hub.ts';

/**
 * Keeps the edge's link to the control plane and hands its notices to the hub. Notices are hints
 * and those of an outage are lost: after one, clients are told to fetch again.
 */
export function connectControlPlane(options: {
  controlPlaneUrl: string;
  identity: NodeIdentity;
  hub: Hub;
  clock: Clock;
  logger: Logger;
}): Link {
  const { controlPlaneUrl, identity, hub, clock, logger } = options;
  const bootEpoch = clock.now().getTime();
  let wasDown = false;
  return connectLink({
    url: `${controlPlaneUrl.replace(/^http/, 'ws')}/v1/link`,
    hello: async () => ({
      t: 'hello',
      version: linkVersion,
      role: 'edge',
      id: identity.id,
      bootEpoch,
      assertion: await signLinkAssertion({
        id: identity.id,
        audience: 'control-plane',
        privateJwk: identity.signing.privateJwk,
        clock,
      }),
      capabilities: [],
    }),
    onWelcome() {
      if (wasDown) hub.noticesMissed();
      wasDown = false;
    },
    onFrame(frame) {
      const parsed = controlToEdge.safeParse(frame);
      if (parsed.success) hub.notice(parsed.data);
      else logger.warn({ issues: parsed.error.issues.slice(0, 5) }, 'notice not understood');
    },
    onDown() {
      wasDown = true;
    },
    logger,
    clock,
  });
}
