import type { CallFunction } from '@trunkline/contracts/call-functions.ts';
import type { CallHandling, ForwardList } from '@trunkline/contracts/forwarding.ts';
import type { UnavailableResponse } from '@trunkline/contracts/lines.ts';

/** Why a call leaves the line it came to. */
export type ForwardReason = 'always' | 'busy' | 'no_answer' | 'signed_out' | 'mailbox' | 'list';

/** How long the first line rings before its administrative list begins, and a target by default (LIN open point 17). */
export const defaultRingSeconds = 15;

export interface ForwardSituation {
  readonly callHandling: CallHandling;
  readonly group: {
    readonly functions: readonly CallFunction[];
    readonly mailboxWhenSignedOut: boolean;
    /** Also the answer of a line on do-not-disturb (LIN-062). */
    readonly notSignedInResponse: UnavailableResponse;
  };
  /** Clients that may take the call; null while nobody has been asked yet. */
  readonly signedIn: boolean | null;
  /** All users of the line talk on it. */
  readonly busy: boolean;
  /** The user's mailbox number (LIN-066). */
  readonly mailbox: string | null;
  /** What is left of the list of the line that rang first (LIN-016). */
  readonly list: ForwardList;
  /** How long the first line rings before its list begins, seconds. */
  readonly listAfterSeconds: number;
  /** How long the call has rung unanswered at the users it is at now; null while it does not. */
  readonly rangSeconds: number | null;
}

export type ForwardDecision =
  /** Let it ring; look again after so many seconds, null = no further rule. */
  | { readonly action: 'ring'; readonly seconds: number | null }
  | { readonly action: 'forward'; readonly reason: ForwardReason; readonly target: string }
  | {
      readonly action: 'respond';
      readonly response: UnavailableResponse;
      readonly cause: 'do_not_disturb' | 'not_signed_in';
    };

/**
 * What becomes of a call that came to a line, asked when it arrives (`signedIn` null), when it is
 * known who rings, and when it has rung long enough. First matching rule (LIN-063): forwarding of
 * every call, do-not-disturb, busy, then with nobody signed in the user's own forwarding before
 * the group's mailbox before the SIP response; unanswered, the user's own forwarding before the
 * line's administrative list.
 */
export function forwardDecision(o: ForwardSituation): ForwardDecision {
  const { group } = o;
  const { always, busy, noAnswer, signedOut } = own(o);
  if (o.rangSeconds === null && o.signedIn === null) {
    if (always !== null) return { action: 'forward', reason: 'always', target: always };
    if (o.callHandling.doNotDisturb && group.functions.includes('do_not_disturb'))
      return { action: 'respond', response: group.notSignedInResponse, cause: 'do_not_disturb' };
    if (o.busy && busy !== null) return { action: 'forward', reason: 'busy', target: busy };
    return ringing(o);
  }
  if (o.rangSeconds === null && o.signedIn === false) {
    if (signedOut !== null) return { action: 'forward', reason: 'signed_out', target: signedOut };
    if (group.mailboxWhenSignedOut && o.mailbox !== null && o.mailbox !== '')
      return { action: 'forward', reason: 'mailbox', target: o.mailbox };
    return { action: 'respond', response: group.notSignedInResponse, cause: 'not_signed_in' };
  }
  const rang = o.rangSeconds ?? 0;
  if (noAnswer !== null && rang >= noAnswer.seconds)
    return { action: 'forward', reason: 'no_answer', target: noAnswer.number };
  const [next] = o.list;
  if (noAnswer === null && next !== undefined && rang >= o.listAfterSeconds)
    return { action: 'forward', reason: 'list', target: next.number };
  return ringing(o);
}

/** The user's own forwardings, as far as the group lets users forward. */
function own({ callHandling, group }: ForwardSituation): CallHandling['forwarding'] {
  if (group.functions.includes('forwarding')) return callHandling.forwarding;
  return { always: null, busy: null, noAnswer: null, signedOut: null };
}

function ringing(o: ForwardSituation): ForwardDecision {
  const { noAnswer } = own(o);
  const seconds = noAnswer?.seconds ?? (o.list.length > 0 ? o.listAfterSeconds : null);
  return {
    action: 'ring',
    seconds: seconds === null ? null : Math.max(0, seconds - (o.rangSeconds ?? 0)),
  };
}

/** Most stations a call may have passed (VOX-131). */
export const maxForwardDepth = 10;

/**
 * Whether a call may go on to a target (VOX-131): not where it has been, and not too far.
 * @param chain supercanonical numbers the call was at, first one first
 */
export function forwardCheck(chain: readonly string[], target: string): 'ok' | 'loop' | 'too_deep' {
  if (chain.includes(target)) return 'loop';
  return chain.length >= maxForwardDepth ? 'too_deep' : 'ok';
}
