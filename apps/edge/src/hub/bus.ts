import type { TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { RealtimeEventData, RealtimeEventType } from '@trunkline/contracts/realtime.ts';
import type { Scope } from '@trunkline/contracts/scopes.ts';
import type { HeldFact } from './presence-board.ts';

/** An event of the realtime protocol, not yet numbered. */
export type RealtimeEvent = {
  [T in RealtimeEventType]: { type: T; data: RealtimeEventData<T> };
}[RealtimeEventType];

/** What edges of one region tell each other; each acts on all of it, also on its own. */
export type BusMessage =
  /** To the sessions of one user, or of a tenant, or of those in it who hold a scope. */
  | { t: 'event'; tenant: TenantId; userId?: UserId; scope?: Scope; event: RealtimeEvent }
  /**
   * A presence fact, good for `ttlMs` unless said again; null takes it back. The key names the
   * fact among all of the person, and the edge it comes from.
   */
  | {
      t: 'fact';
      tenant: TenantId;
      userId: UserId;
      key: string;
      ttlMs: number;
      fact: HeldFact | null;
    };

/** Joins the hubs of a region; messages of one sender arrive in order. */
export interface HubBus {
  publish(message: BusMessage): void;
  subscribe(handler: (message: BusMessage) => void): void;
}

/** The bus of an edge that is alone in its region: within the process, delivered at once. */
export function createLocalBus(): HubBus {
  const handlers: ((message: BusMessage) => void)[] = [];
  return {
    publish(message) {
      for (const handler of handlers) handler(message);
    },
    subscribe(handler) {
      handlers.push(handler);
    },
  };
}
