import type { InviteUsage } from '../endpoint/invite-usage.ts';

/** Where the machines of a call stand; for tests only, a call does not tell it. */
export function machinesOf(call: object): { invites: string; offers: string } {
  const { usage } = call as { usage: InviteUsage };
  return { invites: usage.invites.state, offers: usage.offers.state };
}

/** A call at rest: nothing under way, a session stands. */
export const AT_REST = { invites: 'confirmed', offers: 'stable' };
