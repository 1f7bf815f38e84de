import type { CallView } from '@trunkline/contracts/calls.ts';
import type { CallId } from '@trunkline/contracts/ids.ts';
import type { HubBus } from './bus.ts';
import type { LiveCall } from './call-board.ts';
import type { Whom } from './ports.ts';
import type { HeldFact } from './presence-board.ts';

const keyOfFact = (callId: CallId, origin: string) => `telephony ${callId} ${origin}`;

/** The presence fact a live call is; none once it has ended. */
function factOf(call: CallView): HeldFact | null {
  if (call.state === 'ended') return null;
  // An incoming call that rings is the caller's doing: "dialling" is only the way out.
  const state =
    call.state === 'connected'
      ? 'connected'
      : call.direction === 'outgoing'
        ? 'dialling'
        : 'ringing';
  return { source: 'telephony', key: call.id, state, since: call.answeredAt ?? call.startedAt };
}

/** Tells the presence facts behind live calls; they end with the node's link unless renewed. */
export function createTelephonyFacts(options: {
  bus: HubBus;
  origin: string;
  ttlMs: number;
  remaining: (whom: Whom, key: string) => number;
}): { tell(entry: LiveCall): void; renew(entry: LiveCall): void } {
  const { bus, origin, ttlMs, remaining } = options;
  const tell = ({ whom, call }: LiveCall) => {
    const fact = factOf(call);
    const key = keyOfFact(call.id, origin);
    bus.publish({ t: 'fact', ...whom, key, ttlMs: fact ? ttlMs : 0, fact });
  };
  return {
    tell,
    renew(entry) {
      if (remaining(entry.whom, keyOfFact(entry.call.id, origin)) < ttlMs / 2) tell(entry);
    },
  };
}
