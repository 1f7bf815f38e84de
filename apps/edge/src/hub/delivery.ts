import type { UserId } from '@trunkline/contracts/ids.ts';
import type { PresenceView } from '@trunkline/contracts/presence.ts';
import { defaultPermissionLevel, maySeePresence } from '@trunkline/rights/may-see-presence.ts';
import type { BusMessage, RealtimeEvent } from './bus.ts';
import { eventBody } from './frames.ts';
import type { Whom } from './ports.ts';
import { presenceAsSeen, type VisiblePresence } from './presence-filter.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';

/** Brings events to the sessions that may have them, serialised once per distinct view. */
export interface Delivery {
  event(message: BusMessage & { t: 'event' }): void;
  presence(whom: Whom, presence: VisiblePresence): void;
  /** A person's presence as one session may see it; undefined is nothing. */
  presenceFor(session: Session, whom: Whom, presence: VisiblePresence): PresenceView | undefined;
}

/**
 * A window that only looks on hears of no calls; a session for emergencies hears of its own calls
 * and of the telephone service, and of nothing else.
 */
export function mayHear(session: Session, event: RealtimeEvent): boolean {
  if (session.watchOnly && (event.type === 'call.changed' || event.type === 'call.quality'))
    return false;
  if (!session.emergencyOnly) return true;
  if (event.type === 'telephony.reachable') return true;
  if (event.type !== 'call.changed') return false;
  const { call } = event.data;
  // The end of a call always: one that rang before must not ring on.
  return call.emergency || call.state === 'ended' || call.deviceId === session.deviceId;
}

function bodyOf(event: RealtimeEvent): string {
  return eventBody(event.type, event.data);
}

export function createDelivery(registry: SessionRegistry): Delivery {
  function fieldsFor(session: Session, whom: Whom) {
    if (session.emergencyOnly) return undefined;
    return maySeePresence(session.whom, whom, defaultPermissionLevel);
  }

  function audience(message: BusMessage & { t: 'event' }): Iterable<Session> {
    const { tenant, userId } = message;
    return userId ? registry.ofUser({ tenant, userId }) : registry.ofTenant(tenant);
  }

  return {
    event(message) {
      const { event, scope } = message;
      let body: string | undefined;
      for (const session of audience(message)) {
        if (scope && !session.scopes.has(scope)) continue;
        if (!mayHear(session, event)) continue;
        body ??= bodyOf(event);
        if (event.type === 'call.quality') session.pushLatest(event.data.callId, body);
        else session.push(body);
      }
    },
    presence(whom, presence) {
      const bodies = new Map<object, string>();
      for (const session of registry.ofTenant(whom.tenant)) {
        const fields = fieldsFor(session, whom);
        if (!fields) continue;
        let body = bodies.get(fields);
        if (body === undefined) {
          const view = presenceAsSeen(presence, fields);
          body = presenceBody(whom.userId, view);
          bodies.set(fields, body);
        }
        session.push(body);
      }
    },
    presenceFor(session, whom, presence) {
      const fields = fieldsFor(session, whom);
      return fields && presenceAsSeen(presence, fields);
    },
  };
}

function presenceBody(userId: UserId, presence: PresenceView): string {
  return eventBody('presence.changed', { userId, presence });
}
