import type { TimerHandle } from '../clock.ts';
import { bracketHost } from '../message/uri.ts';
import type { Target } from '../transport/target.ts';
import type { Hop } from '../transport/transport.ts';
import type { Core } from './core.ts';
import { Exchange } from './exchange.ts';
import { createRequest } from './out-of-dialog.ts';

export interface KeepAliveOptions {
  /** Whom to keep the way open to. */
  target: Target;
  /** Milliseconds between two; jitter of a tenth is taken off. */
  everyMs: number;
  /**
   * `crlf`: empty lines, which over UDP only hold the NAT's port open and over a connection are
   * answered (RFC 5626 §3.5.1). `options`: an OPTIONS, whose answer proves that somebody is there.
   */
  method: 'crlf' | 'options';
  /** Call-ID of the registration or dialog whose way is meant; absent: that of no one. */
  callId?: string;
  /** From of the OPTIONS, name-addr or URI; default is our Contact. */
  from?: string;
  /** Request-URI and To of the OPTIONS; default is the target's host. */
  to?: string;
  /** Milliseconds until the first; default is `everyMs`. */
  firstMs?: number;
  /** Milliseconds until the next after that many failures in a row; default is `everyMs`. */
  retryMs?: (failures: number) => number;
  /**
   * The peer is gone: its connection was closed, or an OPTIONS had no answer or one that says that
   * nobody is there (408, 503, 504). Told each time.
   */
  onDead?: (reason: string, detail: { status?: number; nextMs: number }) => void;
  /** The peer answered. */
  onAlive?: () => void;
}

/** Something that runs until it is stopped. */
export interface KeepAlive {
  stop(): void;
}

/** Answers by which something on the way tells that the peer is not there. */
const ABSENT: readonly number[] = [408, 503, 504];

/** How long an OPTIONS may take where a pong was awaited in vain. */
const PROBE_MS = 10_000;

/**
 * Keeps the way to a peer open and notices when it is gone (RFC 5626 §4.4). A peer that never answered
 * empty lines may just not know them: it is asked by OPTIONS before its connection is given up.
 */
export function startKeepAlive(core: Core, options: KeepAliveOptions): KeepAlive {
  return new Running(core, options);
}

class Running implements KeepAlive {
  private readonly core: Core;
  private readonly options: KeepAliveOptions;
  private readonly callId: string;
  private timer: TimerHandle;
  private probe: Exchange | undefined;
  private stopped = false;
  /** The peer answers empty lines. */
  private answers = false;
  private failures = 0;

  constructor(core: Core, options: KeepAliveOptions) {
    this.core = core;
    this.options = options;
    this.callId = options.callId ?? '';
    this.schedule(options.firstMs);
  }

  stop(): void {
    this.stopped = true;
    this.core.clock.clearTimer(this.timer);
    this.probe?.stop();
  }

  private schedule(ms = this.options.everyMs * (1 - 0.1 * this.core.random())): void {
    this.timer = this.core.clock.setTimer(() => this.run(), ms);
  }

  private run(): void {
    if (this.options.method === 'options') {
      this.ask(undefined, () => this.schedule());
      return;
    }
    const { target } = this.options;
    this.core.router.route(
      target,
      this.callId,
      ([hop]) => {
        if (this.stopped) return;
        if (hop === undefined) this.dead('no server found', undefined);
        else this.ping(hop);
      },
      () => {
        if (!this.stopped) this.dead('no server found', undefined);
      },
    );
  }

  private ping(hop: Hop): void {
    this.core.transports.keepAlive(hop, (error) => {
      if (this.stopped) return;
      if (error === undefined) {
        if (hop.transport !== 'udp') {
          this.answers = true;
          this.alive();
        }
        this.schedule();
      } else if (this.answers || error.message !== 'no pong') {
        this.dead(error.message, hop);
      } else {
        this.ask(hop, () => this.schedule());
      }
    });
  }

  /** Asks by OPTIONS; any final response will do. */
  private ask(hop: Hop | undefined, next: () => void): void {
    const { target, from, to } = this.options;
    const uri = to ?? `sip:${bracketHost(target.host)}`;
    const request = createRequest(this.core, 'OPTIONS', {
      requestUri: uri,
      to: uri,
      from: from ?? this.core.contactUri('keepalive', hop),
    });
    let seq = 1;
    let guard: TimerHandle;
    const over = () => {
      this.core.clock.clearTimer(guard);
      this.probe = undefined;
    };
    const probe = new Exchange(this.core, request, undefined, () => ++seq, {
      onFinal: ({ statusCode, reasonPhrase }) => {
        over();
        if (ABSENT.includes(statusCode)) {
          this.dead(reasonPhrase, undefined, statusCode);
          return;
        }
        this.alive();
        next();
      },
      onFailure: (cause) => {
        over();
        this.dead(cause === 'timeout' ? 'no answer' : 'cannot be reached', hop);
      },
    });
    this.probe = probe;
    guard = this.core.clock.setTimer(() => {
      over();
      probe.stop();
      this.dead('no answer', hop);
    }, PROBE_MS);
    if (hop === undefined) probe.start(target);
    else probe.startAt(hop);
  }

  private alive(): void {
    this.failures = 0;
    this.options.onAlive?.();
  }

  private dead(reason: string, hop: Hop | undefined, status?: number): void {
    if (hop !== undefined) this.core.transports.drop(hop, new Error(reason));
    this.answers = false;
    this.failures += 1;
    const nextMs = this.options.retryMs?.(this.failures) ?? this.options.everyMs;
    this.options.onDead?.(reason, status === undefined ? { nextMs } : { nextMs, status });
    if (!this.stopped) this.schedule(nextMs);
  }
}
