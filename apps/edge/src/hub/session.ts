import { type AccessClaims, scopesOf } from '@trunkline/contracts/auth.ts';
import type { DeviceId } from '@trunkline/contracts/ids.ts';
import type { Scope } from '@trunkline/contracts/scopes.ts';
import { numberedFrame } from './frames.ts';
import type { HubLimits } from './limits.ts';
import type { HubSocket, Whom } from './ports.ts';
import { createReplayBuffer } from './replay-buffer.ts';

/**
 * The numbered stream of one browser tab. It outlives its socket, so that a cut client finds
 * everything it missed, in order and once.
 */
export interface Session {
  readonly resumeToken: string;
  readonly whom: Whom;
  readonly deviceId: DeviceId;
  readonly claims: AccessClaims;
  readonly scopes: ReadonlySet<Scope>;
  /** Opened with an expired token or one for emergencies: own calls are all it hears of. */
  readonly emergencyOnly: boolean;
  /** A window that looks on: it is not rung, and nobody is signed in by it. */
  readonly watchOnly: boolean;
  readonly attached: boolean;
  /** True while this very socket carries the stream. */
  attachedTo(socket: HubSocket): boolean;
  /** When the socket was lost, on the monotonic clock. */
  readonly cutAt: number | undefined;
  readonly lastSeq: number;
  /** Replaces the token; the new one must be of the same user and device. */
  renew(claims: AccessClaims, emergencyOnly: boolean): void;
  /** Puts a numbered frame into the stream and on the wire, if there is one. */
  push(body: string): number;
  /**
   * The same for what only counts while it is new: of several with one key a client that was cut
   * gets the newest alone.
   */
  pushLatest(key: string, body: string): void;
  acknowledge(seq: number): boolean;
  /**
   * Notes that the result of a command is to come in this stream. False when it is on its way
   * already, or sent and not acknowledged: then it arrives by itself and must not come twice.
   */
  expectResult(commandId: string): boolean;
  pushResult(commandId: string, body: string): void;
  /** Binds a socket and sends what came after `seq`; false when that is not all there any more. */
  canResume(seq: number): boolean;
  attach(socket: HubSocket, seq: number): void;
  /** Forgets the socket if it still is this one. */
  detach(socket: HubSocket, now: number): boolean;
  /** Closes the socket, if any, and leaves the stream resumable. */
  disconnect(code: number, reason: string, now: number, lastFrame?: string): void;
}

/** Keys kept for a client that is cut; a user's live calls are fewer. */
const maxLatest = 16;

export interface SessionOptions {
  claims: AccessClaims;
  emergencyOnly: boolean;
  watchOnly: boolean;
  resumeToken: string;
  limits: HubLimits;
  /** A socket that does not drain was cut; its session is detached already. */
  now: () => number;
  onSlow: (session: Session) => void;
}

export function createSession(options: SessionOptions): Session {
  const { resumeToken, watchOnly, limits, now, onSlow } = options;
  let { claims, emergencyOnly } = options;
  let scopes: ReadonlySet<Scope> = new Set(scopesOf(claims));
  let socket: HubSocket | undefined;
  let cutAt: number | undefined;
  const buffer = createReplayBuffer(limits.replayFrames, limits.replayBytes);
  /** Commands whose result is on its way (undefined) or unacknowledged (its number). */
  const results = new Map<string, number | undefined>();
  /** What came in by `pushLatest` while there was no socket. */
  const latest = new Map<string, string>();

  function write(frame: string): void {
    if (!socket) return;
    socket.send(frame);
    if (socket.bufferedBytes <= limits.socketBufferBytes) return;
    const slow = socket;
    socket = undefined;
    cutAt = now();
    slow.cut();
    onSlow(session);
  }

  const session: Session = {
    resumeToken,
    whom: { tenant: claims.tid, userId: claims.sub },
    deviceId: claims.did,
    watchOnly,
    get claims() {
      return claims;
    },
    get scopes() {
      return scopes;
    },
    get emergencyOnly() {
      return emergencyOnly;
    },
    get attached() {
      return socket !== undefined;
    },
    attachedTo: (which) => socket === which,
    get cutAt() {
      return cutAt;
    },
    get lastSeq() {
      return buffer.lastSeq;
    },
    renew(next, nextEmergencyOnly) {
      claims = next;
      emergencyOnly = nextEmergencyOnly;
      scopes = new Set(scopesOf(next));
    },
    push(body) {
      const seq = buffer.add(body);
      write(numberedFrame(seq, body));
      return seq;
    },
    pushLatest(key, body) {
      if (socket) session.push(body);
      else if (latest.has(key) || latest.size < maxLatest) latest.set(key, body);
    },
    acknowledge(seq) {
      for (const [id, resultSeq] of results)
        if (resultSeq !== undefined && resultSeq <= seq) results.delete(id);
      return buffer.acknowledge(seq);
    },
    expectResult(commandId) {
      if (results.has(commandId)) return false;
      results.set(commandId, undefined);
      return true;
    },
    pushResult(commandId, body) {
      // Numbered before it is written: a failing socket must not make it count as missing.
      results.set(commandId, buffer.lastSeq + 1);
      // Behind what the replay buffer keeps nothing arrives by itself any more.
      for (const [id, resultSeq] of results) {
        if (results.size <= limits.replayFrames) break;
        if (resultSeq !== undefined) results.delete(id);
      }
      session.push(body);
    },
    canResume: (seq) => buffer.after(seq) !== undefined,
    attach(next, seq) {
      const previous = socket;
      socket = next;
      cutAt = undefined;
      if (previous && previous !== next) previous.close(4000, 'resumed elsewhere');
      for (const frame of buffer.after(seq) ?? []) write(numberedFrame(frame.seq, frame.body));
      for (const body of latest.values()) session.push(body);
      latest.clear();
    },
    detach(which, at) {
      if (socket !== which) return false;
      socket = undefined;
      cutAt = at;
      return true;
    },
    disconnect(code, reason, at, lastFrame) {
      const last = socket;
      socket = undefined;
      cutAt ??= at;
      if (!last) return;
      if (lastFrame) last.send(lastFrame);
      last.close(code, reason);
    },
  };
  return session;
}
