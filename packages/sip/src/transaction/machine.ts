import type { SipClock, TimerHandle } from '../clock.ts';
import { TIMERS, type TimerName, type TimerSettings } from './timers.ts';

/** What a machine can do when an event meets a state. */
export type Action =
  /** Send the request (client) or the latest response (server), again or for the first time. */
  | { do: 'transmit' }
  /** Send the ACK for the 3xx-6xx at hand (§17.1.1.3). */
  | { do: 'acknowledge' }
  /** Give the message at hand to the transaction user. */
  | { do: 'deliver' }
  /** Tell the transaction user that nobody answered, or that nothing can be sent. */
  | { do: 'fail'; cause: 'timeout' | 'transport' }
  | { do: 'start'; timer: TimerName }
  /** Start a retransmission timer again: doubled up to its bound, or at T2 straight away. */
  | { do: 'again'; timer: TimerName; at: 'doubled' | 't2' }
  | { do: 'stop'; timer: TimerName };

export interface Rule<S extends string> {
  readonly actions: readonly Action[];
  readonly next: S;
}

/** State × event → actions and next state; an event without a rule is ignored in that state. */
export type MachineTable<S extends string, E extends string> = Readonly<
  Record<S, Readonly<Partial<Record<E, Rule<S>>>>>
>;

/** A table as a machine runs it that may be of several kinds: states of the other kinds are absent. */
type OneOfTables<S extends string, E extends string> = Readonly<
  Partial<Record<S, Readonly<Partial<Record<E, Rule<S>>>>>>
>;

export const transmit: Action = { do: 'transmit' };
export const acknowledge: Action = { do: 'acknowledge' };
export const deliver: Action = { do: 'deliver' };
export const timedOut: Action = { do: 'fail', cause: 'timeout' };
export const unreachable: Action = { do: 'fail', cause: 'transport' };
export const start = (timer: TimerName): Action => ({ do: 'start', timer });
export const stop = (timer: TimerName): Action => ({ do: 'stop', timer });
export const again = (timer: TimerName, at: 'doubled' | 't2' = 'doubled'): Action => ({
  do: 'again',
  timer,
  at,
});

/** Events every machine gets from its timers and its transport. */
export type TimerEvent = `timer${TimerName}`;

export interface MachineContext {
  clock: SipClock;
  timers: TimerSettings;
  /** Whether the transport retransmits by itself. */
  reliable: boolean;
}

/**
 * Runs a machine table; knows nothing of SIP but how long its timers are. What its actions do is the
 * transaction's that extends it.
 *
 * At most one timer that repeats something and one that waits for something run at a time, which the
 * tables' test makes sure of; so there is no table of timers.
 */
export abstract class Machine<S extends string, E extends string, M> {
  private current: S | 'terminated';
  private readonly table: OneOfTables<S | 'terminated', E>;
  private readonly context: MachineContext;
  private repeating: TimerName | undefined;
  private repeatHandle: TimerHandle;
  private repeatMs = 0;
  private waiting: TimerName | undefined;
  private waitHandle: TimerHandle;

  constructor(table: OneOfTables<S | 'terminated', E>, initial: S, context: MachineContext) {
    this.table = table;
    this.current = initial;
    this.context = context;
  }

  get state(): S | 'terminated' {
    return this.current;
  }

  /**
   * Takes an event. The state changes before the actions run, so that an action that leads to
   * another event finds the machine where it should be.
   *
   * @param message the message at hand; needed by events whose rules acknowledge or deliver
   * @returns false when the event has no rule in this state
   */
  fire(event: E | TimerEvent, message?: M): boolean {
    const rule = this.table[this.current]?.[event as E];
    if (rule === undefined) return false;
    const left = this.current;
    this.current = rule.next;
    const ended = rule.next === 'terminated' && left !== 'terminated';
    if (ended) this.stopAll();
    for (const action of rule.actions) this.perform(action, message);
    if (ended) this.terminated();
    return true;
  }

  /** Ends the machine from outside, telling nobody but `terminated`. */
  terminate(): void {
    if (this.current === 'terminated') return;
    this.current = 'terminated';
    this.stopAll();
    this.terminated();
  }

  protected abstract transmit(): void;
  protected abstract acknowledge(message: M): void;
  protected abstract deliver(message: M): void;
  protected abstract fail(cause: 'timeout' | 'transport'): void;
  /** Called once, after the machine reached `terminated` and its timers are stopped. */
  protected abstract terminated(): void;

  private perform(action: Action, message: M | undefined): void {
    switch (action.do) {
      case 'transmit':
        this.transmit();
        return;
      case 'acknowledge':
        if (message !== undefined) this.acknowledge(message);
        return;
      case 'deliver':
        if (message !== undefined) this.deliver(message);
        return;
      case 'fail':
        this.fail(action.cause);
        return;
      case 'start':
        this.startTimer(action.timer);
        return;
      case 'again':
        this.restartTimer(action.timer, action.at);
        return;
      case 'stop':
        this.stopTimer(action.timer);
        return;
    }
  }

  private startTimer(timer: TimerName): void {
    const rule = TIMERS[timer];
    if (this.context.reliable && rule.reliable === 'never') return;
    const zero = this.context.reliable && rule.reliable === 'zero';
    this.arm(timer, zero ? 0 : rule.first(this.context.timers));
  }

  private restartTimer(timer: TimerName, at: 'doubled' | 't2'): void {
    const { timers } = this.context;
    const bound = TIMERS[timer].doublesTo?.(timers) ?? this.repeatMs;
    this.arm(timer, at === 't2' ? timers.t2 : Math.min(2 * this.repeatMs, bound));
  }

  private arm(timer: TimerName, ms: number): void {
    if (this.current === 'terminated') return;
    this.stopTimer(timer);
    const event = EVENT_OF[timer];
    const handle = this.context.clock.setTimer(() => this.fire(event), ms);
    if (repeats(timer)) {
      this.repeating = timer;
      this.repeatHandle = handle;
      this.repeatMs = ms;
    } else {
      this.waiting = timer;
      this.waitHandle = handle;
    }
  }

  private stopTimer(timer: TimerName): void {
    if (timer === this.repeating) {
      this.repeating = undefined;
      this.context.clock.clearTimer(this.repeatHandle);
      this.repeatHandle = undefined;
    } else if (timer === this.waiting) {
      this.waiting = undefined;
      this.context.clock.clearTimer(this.waitHandle);
      this.waitHandle = undefined;
    }
  }

  private stopAll(): void {
    if (this.repeating !== undefined) this.stopTimer(this.repeating);
    if (this.waiting !== undefined) this.stopTimer(this.waiting);
  }
}

const EVENT_OF: Readonly<Record<TimerName, TimerEvent>> = {
  A: 'timerA',
  B: 'timerB',
  D: 'timerD',
  E: 'timerE',
  F: 'timerF',
  G: 'timerG',
  H: 'timerH',
  I: 'timerI',
  J: 'timerJ',
  K: 'timerK',
  L: 'timerL',
  M: 'timerM',
};

/** Whether a timer repeats a message; the others wait for one. */
export function repeats(timer: TimerName): boolean {
  return TIMERS[timer].doublesTo !== undefined;
}
