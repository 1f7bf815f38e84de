import type { StateTable } from './state-table.ts';

/**
 * - `none`: no session yet
 * - `offered`, `received`: the first offer is out, or in, and waits for its answer
 * - `stable`: a session stands and nothing is being changed
 * - `offer-sent`, `offer-received`: a later offer waits for its answer
 */
export type OfferAnswerState =
  | 'none'
  | 'offered'
  | 'received'
  | 'stable'
  | 'offer-sent'
  | 'offer-received';

export type OfferAnswerEvent =
  | 'sendOffer'
  | 'receiveOffer'
  | 'sendAnswer'
  | 'receiveAnswer'
  /** We refuse the peer's offer, or it was cancelled. */
  | 'refuse'
  /** The peer refused our offer, or gave none of the answers it owed. */
  | 'refused';

/** `wait`: try again when the state changed; `glare` 491; `busy` 500 with Retry-After. */
export type OfferAnswerVerdict = 'go' | 'wait' | 'glare' | 'busy';

/**
 * Offer and answer of one dialog (RFC 3264 §4, RFC 3311 §5.2, RFC 6337 §2, §4): at most one offer is
 * open at a time, whichever message carries it; a refused change leaves the session as it was.
 */
export const OFFER_ANSWER: StateTable<OfferAnswerState, OfferAnswerEvent, OfferAnswerVerdict> = {
  none: {
    sendOffer: { verdict: 'go', next: 'offered' },
    receiveOffer: { verdict: 'go', next: 'received' },
  },
  offered: {
    sendOffer: { verdict: 'wait', next: 'offered' },
    receiveOffer: { verdict: 'glare', next: 'offered' },
    receiveAnswer: { verdict: 'go', next: 'stable' },
    refused: { verdict: 'go', next: 'none' },
  },
  received: {
    sendOffer: { verdict: 'wait', next: 'received' },
    receiveOffer: { verdict: 'busy', next: 'received' },
    sendAnswer: { verdict: 'go', next: 'stable' },
    refuse: { verdict: 'go', next: 'none' },
  },
  stable: {
    sendOffer: { verdict: 'go', next: 'offer-sent' },
    receiveOffer: { verdict: 'go', next: 'offer-received' },
  },
  'offer-sent': {
    sendOffer: { verdict: 'wait', next: 'offer-sent' },
    receiveOffer: { verdict: 'glare', next: 'offer-sent' },
    receiveAnswer: { verdict: 'go', next: 'stable' },
    refused: { verdict: 'go', next: 'stable' },
  },
  'offer-received': {
    sendOffer: { verdict: 'wait', next: 'offer-received' },
    receiveOffer: { verdict: 'busy', next: 'offer-received' },
    sendAnswer: { verdict: 'go', next: 'stable' },
    refuse: { verdict: 'go', next: 'stable' },
  },
};
