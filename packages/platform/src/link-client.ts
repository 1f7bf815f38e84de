import {
  type LinkWelcome,
  linkHeartbeatSeconds,
  type linkHello,
  linkSubprotocol,
  linkWelcome,
  maxLinkFrame,
} from '@trunkline/contracts/link.ts';
import type { z } from 'zod';
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';

export interface LinkOptions {
  /** `ws:` or `wss:` address of the other end. */
  url: string;
  /** Made anew for each attempt: assertions are short-lived. */
  hello: () => Promise<z.infer<typeof linkHello>>;
  /** The other end accepted us; frames may flow. */
  onWelcome: (welcome: LinkWelcome) => void;
  /** A frame other than welcome, ping and pong; JSON-parsed, not yet schema-checked. */
  onFrame: (frame: unknown) => void;
  /** The link is down; it redials by itself. */
  onDown: () => void;
  logger: Logger;
  clock: Clock;
}

export interface Link {
  readonly up: boolean;
  /** False when the link is down or its buffer is full: the caller keeps what it wanted to say. */
  send(frame: object): boolean;
  close(): void;
}

const connectTimeoutMs = 10_000;
const maxBufferedBytes = 8 * 1024 * 1024;
const retry = { minMs: 200, maxMs: 10_000 };

/** Dials a link and keeps it: heartbeat, jittered back-off, bounded buffer. Runs on every runtime. */
export function connectLink(options: LinkOptions): Link {
  const { url, hello, onWelcome, onFrame, onDown, logger, clock } = options;
  let socket: WebSocket | undefined;
  let welcomed = false;
  let closed = false;
  let attempt = 0;
  let lastHeard = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let heartbeat: ReturnType<typeof setInterval> | undefined;

  function dial(): void {
    if (closed) return;
    const current = new WebSocket(url, linkSubprotocol);
    socket = current;
    const guard = setTimeout(() => down(current, 'no welcome in time'), connectTimeoutMs);
    current.addEventListener('open', () => {
      hello().then(
        (frame) => current.readyState === WebSocket.OPEN && current.send(JSON.stringify(frame)),
        (error: unknown) => down(current, error instanceof Error ? error.message : 'hello failed'),
      );
    });
    current.addEventListener('message', (event) => {
      if (current !== socket) return;
      lastHeard = clock.monotonic();
      receive(current, event.data, guard);
    });
    current.addEventListener('close', (event) => {
      clearTimeout(guard);
      down(current, `closed ${event.code} ${event.reason}`.trim());
    });
    // 'close' follows and carries the reason.
    current.addEventListener('error', () => undefined);
  }

  /** Parses what came in; undefined (and the link goes down) when it is no frame of ours. */
  function parseFrame(current: WebSocket, data: unknown): { t?: unknown } | undefined {
    if (typeof data !== 'string' || data.length > maxLinkFrame) {
      down(current, 'frame too large');
      return undefined;
    }
    try {
      return JSON.parse(data) as { t?: unknown };
    } catch {
      down(current, 'frame is not JSON');
      return undefined;
    }
  }

  function receive(current: WebSocket, data: unknown, guard: ReturnType<typeof setTimeout>): void {
    const frame = parseFrame(current, data);
    if (!frame || frame.t === 'pong') return;
    if (frame.t === 'ping') {
      current.send('{"t":"pong"}');
    } else if (welcomed) {
      onFrame(frame);
    } else {
      greeted(current, linkWelcome.safeParse(frame).data, guard);
    }
  }

  function greeted(
    current: WebSocket,
    welcome: LinkWelcome | undefined,
    guard: ReturnType<typeof setTimeout>,
  ): void {
    if (welcome) {
      clearTimeout(guard);
      welcomed = true;
      attempt = 0;
      startHeartbeat(current);
      logger.info({ url }, 'link up');
      onWelcome(welcome);
    } else {
      down(current, 'no welcome');
    }
  }

  function startHeartbeat(current: WebSocket): void {
    clearInterval(heartbeat);
    heartbeat = setInterval(() => {
      if (clock.monotonic() - lastHeard > linkHeartbeatSeconds * 3000)
        down(current, 'no heartbeat');
      else if (current.readyState === WebSocket.OPEN) current.send('{"t":"ping"}');
    }, linkHeartbeatSeconds * 1000);
  }

  function down(current: WebSocket, reason: string): void {
    if (current !== socket) return;
    socket = undefined;
    clearInterval(heartbeat);
    const wasUp = welcomed;
    welcomed = false;
    try {
      current.close();
    } catch (error) {
      logger.debug({ err: error }, 'link socket was already closed');
    }
    if (wasUp) onDown();
    if (closed) return;
    const delay = backoffMs(attempt++, retry);
    // At a common start the other end may come a moment later; that is no news.
    if (wasUp || attempt % 10 === 4) logger.warn({ url, reason, retryMs: delay }, 'link down');
    timer = setTimeout(dial, delay);
  }

  dial();
  return {
    get up() {
      return welcomed;
    },
    send(frame) {
      if (!welcomed || !socket || socket.readyState !== WebSocket.OPEN) return false;
      if (socket.bufferedAmount > maxBufferedBytes) return false;
      socket.send(JSON.stringify(frame));
      return true;
    },
    close() {
      closed = true;
      clearTimeout(timer);
      clearInterval(heartbeat);
      const current = socket;
      socket = undefined;
      welcomed = false;
      current?.close(1000, 'going away');
    },
  };
}
