import type { CallCommandData } from '@trunkline/contracts/calls.ts';
import type { SetPresence } from '@trunkline/contracts/presence.ts';
import type {
  ClientFrame,
  RealtimeCommandType,
  RealtimeEventData,
  RealtimeEventType,
  ServerFrame,
} from '@trunkline/contracts/realtime.ts';
import { ApiError, isErrorCode } from '../api/errors.ts';
import { createStore, type Store } from '../stores/store.ts';
import { reconnectDelay } from './backoff.ts';

/** Equal to `realtimeVersion` of the contracts, which would pull zod into the page (a test compares). */
export const protocolVersion = 1;
/** Equal to `realtimeSubprotocol` of the contracts. */
export const subprotocol = 'trunkline.realtime';

export type RealtimeState = 'connecting' | 'online' | 'offline' | 'stopped';

export type CommandData<T extends RealtimeCommandType> = T extends 'presence.set'
  ? SetPresence
  : T extends keyof typeof import('@trunkline/contracts/calls.ts').callCommands
    ? CallCommandData<T>
    : never;

export type EventHandler = <T extends RealtimeEventType>(
  type: T,
  data: RealtimeEventData<T>,
) => void;

export interface RealtimeOptions {
  /** `wss://host/v1/realtime`. */
  url: string;
  /** A valid access token; rejects with ApiError (401 ends the client). */
  token(): Promise<string>;
  /** Renews a token the service refused. */
  renew(stale: string): Promise<string>;
  onEvent: EventHandler;
  /** Told in the hello frame; `watch-only` marks a window that must not be rung. */
  capabilities?: string[];
  /** For tests; the browser's own by default. */
  WebSocket?: typeof WebSocket;
  random?(): number;
  now?(): number;
}

export interface Realtime {
  readonly state: Store<RealtimeState>;
  /**
   * Sends a command and waits for its result, over reconnects: after a resume it is sent again
   * under its id. @throws ApiError `unavailable` after `timeoutMs` (10 s) or when the session was lost
   */
  command<T extends RealtimeCommandType>(
    type: T,
    data: CommandData<T>,
    options?: { timeoutMs?: number },
  ): Promise<unknown>;
  /** Gives the service a renewed token. */
  renewed(token: string): void;
  /** Try now instead of waiting (network came back, window came to the front). */
  wake(): void;
  stop(): void;
}

interface Pending {
  frame: Extract<ClientFrame, { t: 'cmd' }>;
  sent: boolean;
  resolve(data: unknown): void;
  reject(error: ApiError): void;
  timer: ReturnType<typeof setTimeout>;
}

const maxPending = 100;
/** A connection that has not said hello by then is given up, milliseconds. */
const helloPatience = 8_000;

/** The client side of contracts/realtime.ts: numbered events without loss over reconnects. */
export function createRealtime(options: RealtimeOptions): Realtime {
  const Socket = options.WebSocket ?? WebSocket;
  const random = options.random ?? Math.random;
  const now = options.now ?? (() => Date.now());
  const state = createStore<RealtimeState>('connecting');
  const pending = new Map<string, Pending>();
  let socket: WebSocket | null = null;
  let greeted = false;
  let resume: { token: string; seq: number } | null = null;
  let acked = 0;
  /** Secret of a new session whose first numbered frame, the snapshot, is still to come. */
  let fresh: string | null = null;
  let failures = 0;
  let stopped = false;
  let usedToken = '';
  let refused = false;
  let lastHeard = 0;
  let lastSent = 0;
  let heartbeat = 15_000;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let pulseTimer: ReturnType<typeof setInterval> | undefined;
  let ackTimer: ReturnType<typeof setTimeout> | undefined;

  function send(frame: ClientFrame): void {
    if (socket?.readyState !== Socket.OPEN) return;
    lastSent = now();
    socket.send(JSON.stringify(frame));
  }

  function settle(id: string): Pending | undefined {
    const entry = pending.get(id);
    if (entry) {
      pending.delete(id);
      clearTimeout(entry.timer);
    }
    return entry;
  }

  function acknowledge(): void {
    clearTimeout(ackTimer);
    ackTimer = undefined;
    if (!resume || resume.seq === acked) return;
    acked = resume.seq;
    send({ t: 'ack', seq: acked });
  }

  function greet(frame: Extract<ServerFrame, { t: 'hello' }>): void {
    greeted = true;
    failures = 0;
    refused = false;
    heartbeat = Math.max(1, frame.heartbeatSeconds) * 1000;
    if (!frame.resumed) {
      // The service does not know what became of these: asking twice could call twice.
      for (const [id, entry] of [...pending])
        if (entry.sent) settle(id)?.reject(new ApiError('unavailable', { unreachable: true }));
      resume = null;
      fresh = frame.resumeToken;
    } else if (resume) resume.token = frame.resumeToken;
    clearInterval(pulseTimer);
    pulseTimer = setInterval(pulse, Math.min(heartbeat / 2, 5_000));
    state.set('online');
    for (const entry of pending.values()) {
      entry.sent = true;
      send(entry.frame);
    }
  }

  function pulse(): void {
    const at = now();
    if (at - lastHeard > heartbeat * 2.5) lose();
    else if (at - Math.max(lastSent, lastHeard) >= heartbeat * 0.9) send({ t: 'ping' });
  }

  function numbered(seq: number): boolean {
    if (fresh !== null) {
      resume = { token: fresh, seq: seq - 1 };
      acked = seq - 1;
      fresh = null;
    }
    if (!resume || seq <= resume.seq) return false;
    if (seq > resume.seq + 1) {
      // Something is missing: begin again where we know we are.
      lose();
      return false;
    }
    resume.seq = seq;
    if (seq - acked >= 32) acknowledge();
    else ackTimer ??= setTimeout(acknowledge, 1_000);
    return true;
  }

  function receive(text: string): void {
    lastHeard = now();
    const frame = readFrame(text);
    if (!frame) return;
    if (frame.t === 'hello') greet(frame);
    else if (frame.t === 'event') {
      if (numbered(frame.seq)) options.onEvent(frame.type, frame.data as never);
    } else if (frame.t === 'result') {
      if (!numbered(frame.seq)) return;
      const entry = settle(frame.id);
      if (frame.ok) entry?.resolve(frame.data);
      else
        entry?.reject(new ApiError(isErrorCode(frame.error.code) ? frame.error.code : 'internal'));
    } else if (frame.t === 'bye') {
      refused = /^(?:unauthenticated|session_expired|invalid_credentials)$/.test(frame.code);
      if (frame.code === 'protocol_version_unsupported') state.set('stopped');
    }
  }

  /** Leaves the present connection and plans the next one. */
  function lose(): void {
    const old = socket;
    socket = null;
    greeted = false;
    fresh = null;
    clearInterval(pulseTimer);
    clearTimeout(ackTimer);
    ackTimer = undefined;
    if (old && old.readyState <= Socket.OPEN) old.close();
    if (stopped || state.get() === 'stopped') return;
    failures += 1;
    // One short break is not worth a word; from the second failure on it is called offline.
    state.set(failures > 1 ? 'offline' : 'connecting');
    clearTimeout(retryTimer);
    retryTimer = setTimeout(() => void connect(), reconnectDelay(failures, random));
  }

  async function connect(): Promise<void> {
    clearTimeout(retryTimer);
    if (stopped || socket) return;
    let token: string;
    try {
      token = refused ? await options.renew(usedToken) : await options.token();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        api.stop();
        return;
      }
      lose();
      return;
    }
    if (stopped || socket) return;
    usedToken = token;
    const own = new Socket(options.url, subprotocol);
    socket = own;
    const patience = setTimeout(() => {
      if (socket === own && !greeted) lose();
    }, helloPatience);
    own.onopen = () => {
      lastHeard = now();
      if (socket === own)
        send({
          t: 'hello',
          version: protocolVersion,
          token,
          capabilities: options.capabilities ?? [],
          ...(resume ? { resume } : {}),
        });
    };
    own.onmessage = (event: MessageEvent) => {
      if (socket === own && typeof event.data === 'string') receive(event.data);
    };
    own.onclose = () => {
      clearTimeout(patience);
      if (socket === own) lose();
    };
  }

  const api: Realtime = {
    state,
    command(type, data, { timeoutMs = 10_000 } = {}) {
      if (stopped || pending.size >= maxPending)
        return Promise.reject(new ApiError('unavailable', { unreachable: true }));
      const id = crypto.randomUUID();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => settle(id)?.reject(new ApiError('unavailable', { unreachable: true })),
          timeoutMs,
        );
        const entry: Pending = {
          frame: { t: 'cmd', id, type, data },
          sent: false,
          resolve,
          reject,
          timer,
        };
        pending.set(id, entry);
        if (greeted) {
          entry.sent = true;
          send(entry.frame);
        }
      });
    },
    renewed(token) {
      if (token === usedToken || !greeted) return;
      usedToken = token;
      send({ t: 'token', token });
    },
    wake() {
      if (stopped) return;
      if (!socket) void connect();
      else if (greeted && now() - lastHeard > 5_000) send({ t: 'ping' });
    },
    stop() {
      if (stopped) return;
      stopped = true;
      lose();
      clearTimeout(retryTimer);
      for (const id of [...pending.keys()])
        settle(id)?.reject(new ApiError('unavailable', { unreachable: true }));
      state.set('stopped');
    },
  };
  void connect();
  return api;
}

/** Checks the frame's outer form; our own service vouches for the rest. */
function readFrame(text: string): ServerFrame | null {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof frame !== 'object' || frame === null || !('t' in frame)) return null;
  const { t, seq } = frame as { t: unknown; seq?: unknown };
  const counted = t === 'event' || t === 'result' || t === 'hello';
  if (counted && !Number.isSafeInteger(seq)) return null;
  return counted || t === 'pong' || t === 'bye' ? (frame as ServerFrame) : null;
}
