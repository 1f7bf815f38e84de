import type { UserId } from '@trunkline/contracts/ids.ts';
import type { PresenceView } from '@trunkline/contracts/presence.ts';
import type { RealtimeEvent } from './bus.ts';
import type { CallBoard } from './call-board.ts';
import { type Delivery, mayHear } from './delivery.ts';
import type { LineBoard } from './line-board.ts';
import type { ManualStates } from './manual-states.ts';
import type { NodeDirectory } from './node-directory.ts';
import type { PresenceBoard } from './presence-board.ts';
import type { Session } from './session.ts';

export interface SnapshotSources {
  delivery: Delivery;
  presence: PresenceBoard;
  calls: CallBoard;
  lines: LineBoard;
  manual: ManualStates;
  nodes: NodeDirectory;
}

/**
 * The events a session begins with: the snapshot, as much of it as fits a frame, then the rest
 * of the presences one by one, then whether the telephone service is there. People without any
 * fact are not named: they are offline.
 * @param maxBytes bound of the snapshot's presence part
 */
export function* openingEvents(
  session: Session,
  sources: SnapshotSources,
  maxBytes: number,
): Iterable<RealtimeEvent> {
  const { delivery, presence, calls, lines, manual, nodes } = sources;
  const { whom } = session;
  const shown: Record<string, PresenceView> = {};
  const rest: { userId: UserId; presence: PresenceView }[] = [];
  let bytes = 0;
  for (const person of presence.ofTenant(whom.tenant)) {
    const view = delivery.presenceFor(session, person.whom, person.explained.view);
    if (!view) continue;
    bytes += person.whom.userId.length + JSON.stringify(view).length + 4;
    if (bytes <= maxBytes) shown[person.whom.userId] = view;
    else rest.push({ userId: person.whom.userId, presence: view });
  }
  const own = calls.ofUser(whom);
  yield {
    type: 'snapshot',
    data: {
      presence: shown,
      calls: own.filter((call) => mayHear(session, { type: 'call.changed', data: { call } })),
      ownManual: session.emergencyOnly ? null : manual.of(whom),
      lines: session.scopes.has('lines:read') ? lines.ofTenant(whom.tenant) : {},
    },
  };
  for (const data of rest) yield { type: 'presence.changed', data };
  yield {
    type: 'telephony.reachable',
    data: { reachable: nodes.serving(whom) !== undefined },
  };
}
