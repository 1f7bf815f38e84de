import {
  attributeOf,
  type MediaDescription,
  type SessionDescription,
} from './session-description.ts';

/** Which way media flows, seen from the side that says it (RFC 3264 §5.1). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

const DIRECTIONS: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

export const sends = (d: Direction): boolean => d === 'sendrecv' || d === 'sendonly';
export const receives = (d: Direction): boolean => d === 'sendrecv' || d === 'recvonly';

export function directionOf(send: boolean, receive: boolean): Direction {
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

/**
 * What we may do when the other side declares `remote` and we want `local`: we send only what it
 * receives and the other way round (RFC 3264 §6.1).
 */
export function intersect(local: Direction, remote: Direction): Direction {
  return directionOf(sends(local) && receives(remote), receives(local) && sends(remote));
}

/** Direction a media section declares: its own attribute, the session's, else `sendrecv`. */
export function declaredDirection(session: SessionDescription, media: MediaDescription): Direction {
  for (const section of [media, session]) {
    const found = DIRECTIONS.find((name) => attributeOf(section, name) !== undefined);
    if (found !== undefined) return found;
  }
  return 'sendrecv';
}
