import type { CallOrigin, IncomingLeg } from '../calls/pbx.ts';

/** Words of RFC 5806 §9 for our reasons. */
const diversionReasons: Readonly<Record<string, string>> = {
  always: 'unconditional',
  busy: 'user-busy',
  no_answer: 'no-answer',
  signed_out: 'unavailable',
  mailbox: 'unavailable',
  list: 'no-answer',
  user: 'deflection',
};
/** Status in the Reason of a History-Info station (RFC 7044 §10.2). */
const historyCauses: Readonly<Record<string, number>> = {
  always: 302,
  busy: 486,
  no_answer: 408,
  signed_out: 480,
  mailbox: 480,
  list: 408,
  user: 302,
};
const maxForwardsAtFirst = 70;

/**
 * In whose name a forwarded call is placed, and the way it came (VOX-129): the caller as asserted
 * identity, this line as the latest diversion and as a station left.
 * @param o.ownUri this line as its PBX knows it
 */
export function originOf(o: {
  incoming: IncomingLeg | null;
  ownUri: string;
  targetUri: string;
  reason: string;
}): CallOrigin {
  const { incoming } = o;
  const earlier = incoming?.history.historyInfo ?? [];
  const [last] = earlier.slice(-1);
  // The last station told is usually this line; only its leaving is ours to tell.
  const stationsBefore = last ? earlier.slice(0, -1) : [];
  const index = last?.index ?? '1';
  const withheld = (incoming?.caller.user ?? '') === '' || incoming?.caller.user === 'anonymous';
  return {
    caller: withheld || !incoming ? null : incoming.caller,
    diversion: [
      { uri: o.ownUri, reason: diversionReasons[o.reason] ?? 'unknown', counter: 1 },
      ...(incoming?.history.diversion ?? []),
    ],
    historyInfo: [
      ...stationsBefore,
      {
        ...(last ?? { uri: o.ownUri, index }),
        reason: { protocol: 'SIP', cause: historyCauses[o.reason] ?? 302, text: '' },
      },
      { uri: o.targetUri, index: `${index}.1`, change: { kind: 'mp', from: index } },
    ],
    maxForwards: Math.max(1, (incoming?.history.maxForwards ?? maxForwardsAtFirst) - 1),
  };
}
