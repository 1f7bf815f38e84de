import type { TimerHandle } from '../clock.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { parseMinSe } from '../message/min-se.ts';
import { ParseError } from '../message/parse-error.ts';
import {
  formatSessionExpires,
  parseSessionExpires,
  type SessionExpires,
} from '../message/session-expires.ts';
import type { Core } from './core.ts';

/** Wish for a session timer (RFC 4028). */
export interface SessionTimerOptions {
  /** Session interval in seconds, 90 at least. */
  expires: number;
  /** Shortest interval to agree to, in seconds; default 90. */
  minSe?: number;
  /** Who is to refresh, seen from the first INVITE; default: the other side decides. */
  refresher?: 'uac' | 'uas';
}

/** Shortest interval the standard allows (§4). */
export const SHORTEST_SESSION_S = 90;
/** Pause before a refused refresh is tried again. */
const RETRY_REFRESH_MS = 5_000;

type HeaderLine = [name: string, value: string];

export interface SessionTimerHooks {
  /** Refresh the session; rejects when that was refused. */
  refresh(): Promise<unknown>;
  /** Nobody refreshed in time: end the call. */
  expired(): void;
}

/** Keeps one confirmed session alive, or notices that it is dead (RFC 4028). */
export class SessionTimer {
  private readonly core: Core;
  private wanted: SessionTimerOptions | undefined;
  private readonly hooks: SessionTimerHooks;
  private interval: number | undefined;
  private minSe: number;
  private refreshing = false;
  private refreshTimer: TimerHandle;
  private expiryTimer: TimerHandle;

  constructor(core: Core, wanted: SessionTimerOptions | undefined, hooks: SessionTimerHooks) {
    this.core = core;
    this.wanted = wanted;
    this.hooks = hooks;
    this.minSe = wanted?.minSe ?? SHORTEST_SESSION_S;
  }

  /** Sets the wish of the called side, which is known only when it answers. */
  wish(wanted: SessionTimerOptions): void {
    this.wanted = wanted;
    this.minSe = Math.max(this.minSe, wanted.minSe ?? SHORTEST_SESSION_S);
  }

  /** Agreed interval and whether the refreshing is ours; undefined while none runs. */
  get agreed(): { interval: number; refresher: 'local' | 'remote' } | undefined {
    if (this.interval === undefined) return undefined;
    return { interval: this.interval, refresher: this.refreshing ? 'local' : 'remote' };
  }

  /** Headers of a re-INVITE or UPDATE of ours (§7.4): interval and refresher stay as they are. */
  requestHeaders(): HeaderLine[] {
    if (this.interval === undefined) return wishHeaders(this.wanted);
    const refresher = this.refreshing ? 'uac' : 'uas';
    const value = formatSessionExpires({ interval: this.interval, refresher });
    return [['Session-Expires', value], ...minSeHeader(this.minSe)];
  }

  /** Takes the 2xx to an INVITE or UPDATE of ours (§7.2). */
  answered(request: SipRequest, response: SipResponse): void {
    const asked = sessionExpires(request);
    const granted = sessionExpires(response);
    this.minSe = Math.max(this.minSe, minSeOf(request));
    if (granted !== undefined) {
      this.run(granted.interval, granted.refresher !== 'uas');
    } else if (asked !== undefined && this.wanted !== undefined) {
      // The peer knows no session timers; refreshes of ours work nevertheless.
      this.run(asked.interval, true);
    } else {
      this.stop();
    }
  }

  /**
   * Headers of our 2xx to an INVITE or UPDATE (§9, table 2); the interval runs from now.
   *
   * @param first whether it is the INVITE that makes the dialog
   */
  answer(request: SipRequest, first: boolean): HeaderLine[] {
    const asked = sessionExpires(request);
    const wish = this.wanted?.expires ?? this.interval;
    const least = Math.max(minSeOf(request), SHORTEST_SESSION_S);
    let interval: number;
    if (asked !== undefined) {
      // The called side may shorten the interval but never lengthen it.
      interval = wish === undefined ? asked.interval : Math.min(asked.interval, wish);
      interval = Math.max(interval, Math.min(least, asked.interval));
    } else if (wish !== undefined) {
      interval = Math.max(wish, least);
    } else {
      return [];
    }
    const refresher = this.chooseRefresher(request, asked, first);
    this.run(interval, refresher === 'uas');
    const value = formatSessionExpires({ interval, refresher });
    const lines: HeaderLine[] = [['Session-Expires', value]];
    if (refresher === 'uac') lines.push(['Require', 'timer']);
    return lines;
  }

  stop(): void {
    this.interval = undefined;
    this.core.clock.clearTimer(this.refreshTimer);
    this.core.clock.clearTimer(this.expiryTimer);
  }

  private chooseRefresher(
    request: SipRequest,
    asked: SessionExpires | undefined,
    first: boolean,
  ): 'uac' | 'uas' {
    if (!supportsTimer(request)) return 'uas';
    if (asked?.refresher !== undefined) return asked.refresher;
    if (first) return this.wanted?.refresher ?? 'uac';
    if (this.interval === undefined) return 'uac';
    return this.refreshing ? 'uas' : 'uac';
  }

  private run(interval: number, refreshing: boolean): void {
    this.stop();
    this.interval = interval;
    this.refreshing = refreshing;
    const { clock } = this.core;
    const ms = interval * 1_000;
    // A little earlier than the end, so that the BYE still finds the dialog on the way (§10).
    const margin = Math.min(32_000, ms / 3);
    this.expiryTimer = clock.setTimer(() => {
      this.stop();
      this.hooks.expired();
    }, ms - margin);
    if (refreshing) this.refreshIn(ms / 2);
  }

  private refreshIn(ms: number): void {
    this.refreshTimer = this.core.clock.setTimer(() => {
      const { interval } = this;
      const failed = () => {
        // Refused for now, or glare without end: as long as the interval runs it is tried again.
        if (this.interval === interval && interval !== undefined) this.refreshIn(RETRY_REFRESH_MS);
      };
      this.hooks.refresh().catch(failed);
    }, ms);
  }
}

/** Headers of the first INVITE. */
export function wishHeaders(wanted: SessionTimerOptions | undefined): HeaderLine[] {
  if (wanted === undefined) return [];
  const { expires: interval, refresher, minSe = SHORTEST_SESSION_S } = wanted;
  const value = formatSessionExpires({ interval: Math.max(interval, minSe), refresher });
  return [['Session-Expires', value], ...minSeHeader(minSe)];
}

/**
 * Changes a request that was refused with 422 to the interval the refusal asks for (§7.3).
 *
 * @returns false when the refusal does not say what would do
 */
export function amendInterval(request: SipRequest, response: SipResponse): boolean {
  const least = minSeOf(response, 0);
  const asked = sessionExpires(request);
  if (asked === undefined || least <= asked.interval) return false;
  request.headers.set('Session-Expires', formatSessionExpires({ ...asked, interval: least }));
  request.headers.set('Min-SE', String(Math.max(least, minSeOf(request))));
  return true;
}

/**
 * Whether an INVITE or UPDATE asks for a shorter session than allowed and must be answered 422; only
 * peers that know session timers can understand that.
 */
export function intervalTooSmall(request: SipRequest, least: number): boolean {
  const asked = sessionExpires(request);
  return asked !== undefined && asked.interval < least && supportsTimer(request);
}

function supportsTimer(message: SipMessage): boolean {
  return message.headers.elements('supported').some((tag) => tag.toLowerCase() === 'timer');
}

/** The header's value; one that cannot be read counts as absent. */
function sessionExpires(message: SipMessage): SessionExpires | undefined {
  return lenient(message, 'session-expires', parseSessionExpires);
}

function minSeOf(message: SipMessage, otherwise = SHORTEST_SESSION_S): number {
  return lenient(message, 'min-se', parseMinSe) ?? otherwise;
}

function lenient<T>(message: SipMessage, key: string, parse: (value: string) => T): T | undefined {
  const value = message.headers.get(key);
  if (value === undefined) return undefined;
  try {
    return parse(value);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return undefined;
  }
}

function minSeHeader(minSe: number): HeaderLine[] {
  return minSe > SHORTEST_SESSION_S ? [['Min-SE', String(minSe)]] : [];
}
