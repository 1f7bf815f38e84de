import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import { type ErrorCode, TrunklineError } from '@trunkline/contracts/errors.ts';
import {
  type ClientFrame,
  clientFrame,
  emergencyOnlyCapability,
  maxRealtimeFrame,
  realtimeLeaveCode,
  realtimeVersion,
  watchOnlyCapability,
} from '@trunkline/contracts/realtime.ts';
import type { Language } from '@trunkline/contracts/time.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { AccessTokenVerifier } from '@trunkline/platform/tokens.ts';
import type { Commands } from './commands.ts';
import { byeFrame, eventBody } from './frames.ts';
import type { HubLimits } from './limits.ts';
import type { ManualStates } from './manual-states.ts';
import type { HubSocket } from './ports.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { Sessions } from './sessions.ts';
import { openingEvents, type SnapshotSources } from './snapshot.ts';
import { createTokenBucket } from './token-bucket.ts';

/** One client socket: what the adapter tells of it goes in here. */
export interface ClientConnection {
  /** A text frame came in. */
  receive(text: string): void;
  /** The socket is closed. A client that leaves on purpose says so with `realtimeLeaveCode`. */
  closed(code: number): void;
  /** Closes what said no `hello` in time or went silent. */
  sweep(): void;
}

export interface ConnectionContext {
  verifyToken: AccessTokenVerifier;
  registry: SessionRegistry;
  sessions: Sessions;
  commands: Commands;
  manual: ManualStates;
  sources: SnapshotSources;
  limits: HubLimits;
  clock: Clock;
  logger: Logger;
}

type Hello = ClientFrame & { t: 'hello' };

const servedVersions: readonly number[] = [realtimeVersion, realtimeVersion - 1].filter(
  (version) => version >= 1,
);

export function createClientConnection(
  socket: HubSocket,
  context: ConnectionContext,
  onClosed: () => void,
): ClientConnection {
  const { verifyToken, registry, sessions, commands, manual, limits, clock, logger } = context;
  const openedAt = clock.monotonic();
  let heardAt = openedAt;
  let closed = false;
  let session: Session | undefined;
  /** A token is being checked: what comes in meanwhile waits, in order. */
  let checking = false;
  const waiting: ClientFrame[] = [];
  const bucket = createTokenBucket(
    { capacity: limits.frameBurst, perSecond: limits.framesPerSecond },
    clock,
  );

  /** Forgets the socket; the session stays for a resume. */
  function leave(): void {
    if (closed) return;
    closed = true;
    waiting.length = 0;
    if (session?.detach(socket, clock.monotonic())) sessions.changed(session);
    onClosed();
  }

  function bye(code: ErrorCode, language: Language = session?.claims.lang ?? 'en'): void {
    if (closed) return;
    socket.send(byeFrame(code, language));
    socket.close(1008, code);
    leave();
  }

  /** Runs a check of a token; frames that follow wait for it. */
  function check(work: () => Promise<void>): void {
    checking = true;
    work()
      .catch((error: unknown) => {
        const code = error instanceof TrunklineError ? error.code : 'internal';
        if (code === 'internal') logger.error({ err: error }, 'token check failed');
        bye(code);
      })
      .finally(() => {
        checking = false;
        for (let next = take(); next; next = take()) handle(next);
      });
  }

  function take(): ClientFrame | undefined {
    return checking || closed ? undefined : waiting.shift();
  }

  async function hello(frame: Hello): Promise<void> {
    if (!servedVersions.includes(frame.version)) return bye('protocol_version_unsupported');
    const claims = await verifyToken(frame.token, { ignoreExpiry: true });
    if (sessions.wasEnded(claims)) return bye('session_expired', claims.lang);
    const standing = sessions.standing(claims);
    if (standing.is === 'none') return bye(standing.because, claims.lang);
    const emergencyOnly = standing.is === 'emergency';
    // Loaded before the session begins, so that colleagues never see a state that is wrong.
    if (!emergencyOnly) await manual.load(claims);
    if (closed) return;
    const known = frame.resume && !emergencyOnly && resumable(claims, frame.resume.token);
    if (known && frame.resume && resume(known, claims, frame.resume.seq)) return;
    const opened = sessions.open(claims, {
      emergencyOnly,
      watchOnly: frame.capabilities.includes(watchOnlyCapability),
    });
    if (!opened) return bye('rate_limited', claims.lang);
    // Only now, so that the device never counts as gone.
    if (known) sessions.end(known, 'session_expired');
    session = opened;
    greet(opened, false, 0);
    opened.attach(socket, 0);
    for (const event of openingEvents(opened, context.sources, limits.eventBytes))
      opened.push(eventBody(event.type, event.data));
  }

  /** The earlier session of this very user and device. */
  function resumable(claims: AccessClaims, token: string): Session | undefined {
    const known = registry.byResumeToken(token);
    const same =
      known?.whom.tenant === claims.tid &&
      known.whom.userId === claims.sub &&
      known.deviceId === claims.did;
    return same ? known : undefined;
  }

  /** Goes on with an earlier session. False when its stream is not complete any more. */
  function resume(known: Session, claims: AccessClaims, seq: number): boolean {
    if (!known.canResume(seq)) return false;
    known.renew(claims, false);
    known.acknowledge(seq);
    session = known;
    greet(known, true, seq);
    known.attach(socket, seq);
    sessions.changed(known);
    return true;
  }

  function greet(greeted: Session, resumed: boolean, seq: number): void {
    socket.send(
      JSON.stringify({
        t: 'hello',
        version: realtimeVersion,
        resumeToken: greeted.resumeToken,
        resumed,
        seq,
        heartbeatSeconds: Math.floor(limits.silenceMs / 3000),
        capabilities: greeted.emergencyOnly ? [emergencyOnlyCapability] : [],
      }),
    );
  }

  async function renew(open: Session, token: string): Promise<void> {
    const claims = await verifyToken(token);
    if (closed) return;
    const same =
      open.whom.tenant === claims.tid &&
      open.whom.userId === claims.sub &&
      open.deviceId === claims.did;
    if (!same) return bye('unauthenticated');
    if (sessions.wasEnded(claims)) return bye('session_expired');
    const standing = sessions.standing(claims);
    if (standing.is === 'none') return bye(standing.because);
    const suspended = standing.is === 'emergency' && standing.because === 'tenant_suspended';
    const widened = open.emergencyOnly && !suspended;
    open.renew(claims, suspended);
    sessions.changed(open);
    // What it was not told while it could only make emergency calls.
    if (widened)
      for (const event of openingEvents(open, context.sources, limits.eventBytes))
        open.push(eventBody(event.type, event.data));
  }

  function handle(frame: ClientFrame): void {
    const open = session;
    if (!open) {
      if (frame.t === 'hello') check(() => hello(frame));
      else bye('protocol_error');
      return;
    }
    switch (frame.t) {
      case 'hello':
        bye('protocol_error');
        break;
      case 'ping':
        socket.send('{"t":"pong"}');
        break;
      case 'ack':
        if (!open.acknowledge(frame.seq)) bye('protocol_error');
        break;
      case 'token':
        check(() => renew(open, frame.token));
        break;
      case 'cmd':
        commands.run(open, frame);
        break;
    }
  }

  function parseFrame(text: string): ClientFrame | undefined {
    if (text.length > maxRealtimeFrame) return undefined;
    try {
      return clientFrame.safeParse(JSON.parse(text)).data;
    } catch {
      return undefined;
    }
  }

  return {
    receive(text) {
      // Another socket has taken the session over, or the hub has ended it.
      if (closed || (session && !session.attachedTo(socket))) return;
      heardAt = clock.monotonic();
      const frame = bucket.take() ? parseFrame(text) : 'too many';
      if (frame === 'too many') bye('rate_limited');
      else if (!frame) bye('protocol_error');
      else if (!checking) handle(frame);
      else if (waiting.length < limits.waitingFrames) waiting.push(frame);
      else bye('rate_limited');
    },
    closed(code) {
      const left = session;
      leave();
      if (code === realtimeLeaveCode && left && !left.attached)
        sessions.end(left, 'session_expired');
    },
    sweep() {
      const now = clock.monotonic();
      if (!session && now - openedAt >= limits.helloMs) bye('protocol_error');
      else if (now - heardAt >= limits.silenceMs) {
        socket.cut();
        leave();
      }
    },
  };
}
