/**
 * The INVITE usage and offer/answer once more, event by event out of the prose of RFC 3261 §14, RFC
 * 3311 §5, RFC 6337 §2 and RFC 5407 §3; it shares nothing with the tables that are held against it.
 */

export interface SessionStep {
  next: string;
  verdict: string;
}

export const INVITE_STATES = [
  'calling',
  'called',
  'accepted',
  'confirmed',
  'inviting',
  'invited',
  'terminated',
];
export const INVITE_EVENTS = [
  'sendInvite',
  'receiveFinal',
  'receiveInvite',
  'sendAccept',
  'sendRefusal',
  'receiveAck',
  'end',
];

/** What happens to the INVITE usage; undefined when the event cannot be in that state. */
export function inviteStep(state: string, event: string): SessionStep | undefined {
  const stay = (verdict: string): SessionStep => ({ next: state, verdict });
  const go = (next: string): SessionStep => ({ next, verdict: 'go' });
  if (state === 'terminated') return undefined;
  const oursOpen = state === 'calling' || state === 'inviting';
  const theirsOpen = state === 'called' || state === 'invited';
  switch (event) {
    case 'sendInvite':
      // Never before the last INVITE in either direction is through, its ACK included.
      return state === 'confirmed' ? go('inviting') : stay('wait');
    case 'receiveInvite':
      if (oursOpen) return stay('glare');
      if (theirsOpen) return stay('busy');
      return state === 'accepted' ? stay('glare') : go('invited');
    case 'receiveFinal':
      return oursOpen ? go('confirmed') : undefined;
    case 'sendAccept':
      return theirsOpen ? go('accepted') : undefined;
    case 'sendRefusal':
      // Refusing the first INVITE ends the usage, refusing a later one does not.
      return state === 'invited' ? go('confirmed') : undefined;
    case 'receiveAck':
      return state === 'accepted' ? go('confirmed') : undefined;
    default:
      return go('terminated');
  }
}

export const OFFER_STATES = [
  'none',
  'offered',
  'received',
  'stable',
  'offer-sent',
  'offer-received',
];
export const OFFER_EVENTS = [
  'sendOffer',
  'receiveOffer',
  'sendAnswer',
  'receiveAnswer',
  'refuse',
  'refused',
];

/** What happens to offer and answer; undefined when the event cannot be in that state. */
export function offerStep(state: string, event: string): SessionStep | undefined {
  const first = state === 'none' || state === 'offered' || state === 'received';
  const ours = state === 'offered' || state === 'offer-sent';
  const theirs = state === 'received' || state === 'offer-received';
  const open = ours || theirs;
  const rest = first ? 'none' : 'stable';
  switch (event) {
    case 'sendOffer':
      if (open) return { next: state, verdict: 'wait' };
      return { next: first ? 'offered' : 'offer-sent', verdict: 'go' };
    case 'receiveOffer':
      if (open) return { next: state, verdict: ours ? 'glare' : 'busy' };
      return { next: first ? 'received' : 'offer-received', verdict: 'go' };
    case 'sendAnswer':
      return theirs ? { next: 'stable', verdict: 'go' } : undefined;
    case 'receiveAnswer':
      return ours ? { next: 'stable', verdict: 'go' } : undefined;
    case 'refuse':
      return theirs ? { next: rest, verdict: 'go' } : undefined;
    default:
      return ours ? { next: rest, verdict: 'go' } : undefined;
  }
}
