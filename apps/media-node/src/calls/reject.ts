import type { RejectResponse, UnavailableResponse } from '@trunkline/contracts/lines.ts';

/** What a client asks for when it rejects. */
export type RejectVariant = 'busy' | 'decline';

/** What the PBX is told: a final status, or nothing while it goes on ringing (180). */
export type PbxReaction = { keepRinging: true } | { keepRinging: false; status: 486 | 480 | 603 };

function reactionOf(response: UnavailableResponse): PbxReaction {
  return response === 180 ? { keepRinging: true } : { keepRinging: false, status: response };
}

/** Nobody who may take the call is signed in: the group's configured answer (LIN-062). */
export function reactionWhenNobody(configured: UnavailableResponse): PbxReaction {
  return reactionOf(configured);
}

/** A client rejected: its own choice of 486 and 603, or the group's fixed answer (LIN-064). */
export function reactionToReject(configured: RejectResponse, variant: RejectVariant): PbxReaction {
  if (configured !== 'client') return reactionOf(configured);
  return { keepRinging: false, status: variant === 'decline' ? 603 : 486 };
}
