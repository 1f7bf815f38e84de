import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import type { TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { SetPresence } from '@trunkline/contracts/presence.ts';

/** One WebSocket as the hub sees it; adapters exist per runtime. */
export interface HubSocket {
  send(text: string): void;
  /** Bytes handed to `send` that have not left yet. */
  readonly bufferedBytes: number;
  /** Closing handshake (RFC 6455 §7.1.2). */
  close(code: number, reason: string): void;
  /** Drops the connection at once: the other side does not read. */
  cut(): void;
}

export type ManualPresence = SetPresence;

/** What the hub keeps beyond its own life. Every call is bounded in time by its adapter. */
export interface HubStore {
  /** The state the user set by hand, if it still holds. */
  getManual(claims: AccessClaims): Promise<ManualPresence | null>;
  setManual(claims: AccessClaims, input: ManualPresence): Promise<ManualPresence | null>;
}

/** Whose a user is: user ids are only ever looked at together with their tenant. */
export interface Whom {
  tenant: TenantId;
  userId: UserId;
}

/** Key of a user in maps; ids hold no blanks. */
export function keyOf(whom: Whom): string {
  return `${whom.tenant} ${whom.userId}`;
}
