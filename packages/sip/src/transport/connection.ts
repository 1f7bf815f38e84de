import type { Socket } from 'node:net';
import type { SipClock, TimerHandle } from '../clock.ts';
import { type FrameLimits, StreamFramer } from './stream-framer.ts';
import type { CertificateIdentity, TlsPeer } from './tls-identity.ts';
import type { SocketAddress } from './transport.ts';

/** Bounds on one connection. */
export interface ConnectionLimits extends FrameLimits {
  /** Milliseconds a message may take from its first byte to its last (slow senders hold memory). */
  messageMs: number;
  /** Milliseconds without a byte after which an accepted peer's connection is closed. */
  idleMs: number;
  /** The same for a peer nobody accepted yet, counted from the start. */
  strangerMs: number;
  /** Bytes that may wait to be sent; a peer that reads slower is cut off. */
  unsentBytes: number;
  /** Milliseconds a pong may take (RFC 5626 §4.4.1). */
  pongMs: number;
}

export const DEFAULT_CONNECTION_LIMITS: Omit<ConnectionLimits, keyof FrameLimits> = {
  messageMs: 10_000,
  idleMs: 30 * 60_000,
  strangerMs: 20_000,
  unsentBytes: 1_048_576,
  pongMs: 10_000,
};

export interface ConnectionHooks {
  message(bytes: Uint8Array): void;
  misframed(error: Error): void;
  /** Gone for good; called once. */
  closed(error: Error | undefined): void;
}

/** A request whose answer is awaited over the connection. */
interface Awaited {
  failed: (error: Error) => void;
  age: number;
}

/** Requests remembered, so that their senders hear at once when the connection breaks. */
const MAX_AWAITED = 512;

/** Sweeps a request is remembered for; by then its transaction has ended by itself. */
const AWAITED_SWEEPS = 40;

const PING = new Uint8Array([13, 10, 13, 10]);
const PONG = new Uint8Array([13, 10]);

/** One TCP or TLS connection: framing, bounds, keep-alives. It knows no SIP but its frames. */
export class Connection {
  readonly id: number;
  readonly peer: SocketAddress;
  /** True when the other side made it. */
  readonly incoming: boolean;
  /** Names the peer has proved; set once the handshake is over. */
  certificate: CertificateIdentity | undefined;
  /** Who we wanted at the other end, for connections of ours over TLS. */
  readonly wanted: TlsPeer | undefined;
  /** An accepted peer. */
  vouched: boolean;
  private readonly socket: Socket;
  private readonly limits: ConnectionLimits;
  private readonly clock: SipClock;
  private readonly hooks: ConnectionHooks;
  private readonly framer: StreamFramer;
  private state: 'opening' | 'open' | 'closed' = 'opening';
  private queue: { bytes: Uint8Array; failed: (error: Error) => void }[] = [];
  private queued = 0;
  private awaited: Awaited[] = [];
  private pongs: ((error?: Error) => void)[] = [];
  private pongTimer: TimerHandle;
  private emptyLines = 0;
  /** Milliseconds, counted by sweeps: since anything came, since the message began, in all. */
  private silentMs = 0;
  private messageMs = 0;
  private ageMs = 0;

  constructor(o: {
    id: number;
    socket: Socket;
    peer: SocketAddress;
    incoming: boolean;
    vouched: boolean;
    wanted: TlsPeer | undefined;
    limits: ConnectionLimits;
    clock: SipClock;
    hooks: ConnectionHooks;
  }) {
    this.id = o.id;
    this.socket = o.socket;
    this.peer = o.peer;
    this.incoming = o.incoming;
    this.vouched = o.vouched;
    this.wanted = o.wanted;
    this.limits = o.limits;
    this.clock = o.clock;
    this.hooks = o.hooks;
    this.framer = new StreamFramer(o.limits, {
      message: (bytes) => this.onMessage(bytes),
      emptyLine: () => this.onEmptyLine(),
    });
    o.socket.on('data', (chunk: Uint8Array) => this.onData(chunk));
    o.socket.on('error', (error) => this.close(error));
    o.socket.on('end', () => this.close(undefined));
    o.socket.on('close', () => this.close(undefined));
  }

  get usable(): boolean {
    return this.state !== 'closed';
  }

  get opening(): boolean {
    return this.state === 'opening';
  }

  /** The handshake is over: what waited is sent. */
  opened(): void {
    if (this.state !== 'opening') return;
    this.state = 'open';
    this.socket.setNoDelay(true);
    const waiting = this.queue;
    this.queue = [];
    this.queued = 0;
    for (const { bytes, failed } of waiting) this.write(bytes, failed);
  }

  /** Sends one message, once the connection is open. */
  send(bytes: Uint8Array, failed: (error: Error) => void): void {
    if (this.state === 'closed') {
      queueMicrotask(() => failed(new Error('connection is closed')));
    } else if (this.state === 'open') {
      this.write(bytes, failed);
    } else if (this.queued + bytes.byteLength > this.limits.unsentBytes) {
      queueMicrotask(() => failed(new Error('too much waits for the connection')));
    } else {
      this.queued += bytes.byteLength;
      this.queue.push({ bytes, failed });
    }
  }

  /** Sends a ping; `done` hears of the pong, or that none came in time. */
  ping(done: (error?: Error) => void): void {
    this.pongs.push(done);
    if (this.pongs.length > 1) return;
    this.send(PING, (error) => this.settlePongs(error));
    this.pongTimer = this.clock.setTimer(
      () => this.settlePongs(new Error('no pong')),
      this.limits.pongMs,
    );
  }

  /** Looks after the time-outs; called every `ms` milliseconds. */
  sweep(ms: number): void {
    this.ageMs += ms;
    this.silentMs += ms;
    this.messageMs = this.framer.pending ? this.messageMs + ms : 0;
    for (const entry of this.awaited) entry.age += 1;
    while ((this.awaited[0]?.age ?? 0) > AWAITED_SWEEPS) this.awaited.shift();
    const { limits } = this;
    if (this.messageMs > limits.messageMs) this.close(new Error('message takes too long'));
    else if (!this.vouched && this.ageMs > limits.strangerMs) this.close(new Error('stranger'));
    else if (this.silentMs > limits.idleMs) this.close(new Error('idle'));
  }

  /** Sends what is under way and closes; nothing is received any more. */
  end(): void {
    if (this.state === 'closed') return;
    this.socket.removeAllListeners('data');
    this.socket.resume();
    this.socket.end();
  }

  /** Closes at once; requests that await their answer over it fail. */
  close(error: Error | undefined): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.socket.destroy();
    const cause = error ?? new Error('connection was closed by the peer');
    this.settlePongs(cause);
    const { queue, awaited } = this;
    this.queue = [];
    this.awaited = [];
    for (const { failed } of [...queue, ...awaited]) failed(cause);
    this.hooks.closed(error);
  }

  private write(bytes: Uint8Array, failed: (error: Error) => void): void {
    if (this.socket.writableLength > this.limits.unsentBytes) {
      this.close(new Error('peer does not read'));
      queueMicrotask(() => failed(new Error('peer does not read')));
      return;
    }
    // Errors of the write end the connection, which tells all who wait for an answer.
    this.socket.write(bytes);
    if (isResponse(bytes) || bytes === PING || bytes === PONG) return;
    this.awaited.push({ failed, age: 0 });
    if (this.awaited.length > MAX_AWAITED) this.awaited.shift();
  }

  private onData(chunk: Uint8Array): void {
    if (this.state === 'closed') return;
    this.silentMs = 0;
    try {
      this.framer.push(chunk);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      this.hooks.misframed(cause);
      this.close(cause);
    }
  }

  private onMessage(bytes: Uint8Array): void {
    if (this.state === 'closed') return;
    this.emptyLines = 0;
    this.messageMs = 0;
    this.hooks.message(bytes);
  }

  /** An empty line is the pong we wait for; else two of them are a ping. */
  private onEmptyLine(): void {
    if (this.pongs.length > 0) {
      this.settlePongs(undefined);
      return;
    }
    this.emptyLines += 1;
    if (this.emptyLines < 2) return;
    this.emptyLines = 0;
    this.send(PONG, () => {});
  }

  private settlePongs(error: Error | undefined): void {
    this.clock.clearTimer(this.pongTimer);
    const waiting = this.pongs;
    this.pongs = [];
    for (const done of waiting) done(error);
  }
}

/** Responses begin with the version, requests with a method. */
function isResponse(bytes: Uint8Array): boolean {
  return bytes[0] === 83 && bytes[1] === 73 && bytes[2] === 80 && bytes[3] === 47;
}
