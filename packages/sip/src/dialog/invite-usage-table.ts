import type { StateTable } from './state-table.ts';

/**
 * - `calling`: our first INVITE has no final response yet
 * - `called`: the peer's first INVITE has none of ours
 * - `accepted`: our 2xx to an INVITE of the peer waits for its ACK
 * - `confirmed`: no INVITE is under way
 * - `inviting`: a re-INVITE of ours is
 * - `invited`: a re-INVITE of the peer is
 */
export type InviteUsageState =
  | 'calling'
  | 'called'
  | 'accepted'
  | 'confirmed'
  | 'inviting'
  | 'invited'
  | 'terminated';

export type InviteUsageEvent =
  /** We want to send a re-INVITE. */
  | 'sendInvite'
  /** A final response to our INVITE (for a 2xx its ACK goes out with it), or none in time. */
  | 'receiveFinal'
  | 'receiveInvite'
  | 'sendAccept'
  | 'sendRefusal'
  | 'receiveAck'
  /** BYE in either direction, or the dialog is given up. */
  | 'end';

/** `wait`: try again when the state changed; `glare` 491; `busy` 500 with Retry-After. */
export type InviteUsageVerdict = 'go' | 'wait' | 'glare' | 'busy';

const end = { verdict: 'go', next: 'terminated' } as const;

/**
 * The INVITE usage of a dialog: one INVITE at a time (RFC 3261 §14.1, §14.2; RFC 5407 §3 for what
 * crosses on the way). A re-INVITE that overtakes the ACK to our 2xx is glare: its sender repeats it
 * once the ACK is in.
 */
export const INVITE_USAGE: StateTable<InviteUsageState, InviteUsageEvent, InviteUsageVerdict> = {
  calling: {
    sendInvite: { verdict: 'wait', next: 'calling' },
    receiveFinal: { verdict: 'go', next: 'confirmed' },
    receiveInvite: { verdict: 'glare', next: 'calling' },
    end,
  },
  called: {
    sendInvite: { verdict: 'wait', next: 'called' },
    receiveInvite: { verdict: 'busy', next: 'called' },
    sendAccept: { verdict: 'go', next: 'accepted' },
    end,
  },
  accepted: {
    sendInvite: { verdict: 'wait', next: 'accepted' },
    receiveInvite: { verdict: 'glare', next: 'accepted' },
    receiveAck: { verdict: 'go', next: 'confirmed' },
    end,
  },
  confirmed: {
    sendInvite: { verdict: 'go', next: 'inviting' },
    receiveInvite: { verdict: 'go', next: 'invited' },
    end,
  },
  inviting: {
    sendInvite: { verdict: 'wait', next: 'inviting' },
    receiveFinal: { verdict: 'go', next: 'confirmed' },
    receiveInvite: { verdict: 'glare', next: 'inviting' },
    end,
  },
  invited: {
    sendInvite: { verdict: 'wait', next: 'invited' },
    receiveInvite: { verdict: 'busy', next: 'invited' },
    sendAccept: { verdict: 'go', next: 'accepted' },
    sendRefusal: { verdict: 'go', next: 'confirmed' },
    end,
  },
  terminated: {},
};
