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

/** What the runner needs from the transaction that owns it. */
export interface MachineHost<M> {
  transmit(): void;
  acknowledge(message: M): void;
  deliver(message: M): void;
  fail(cause: 'timeout' | 'transport'): void;
  /** Called once, after the machine reached `terminated` and its timers are stopped. */
  terminated(): void;
}

export interface MachineContext {
  clock: SipClock;
  timers: TimerSettings;
  /** Whether the transport retransmits by itself. */
  reliable: boolean;
}

/** Runs any machine table; knows nothing of SIP but how long its timers are. */
export class Machine<S extends string, E extends string, M> {
  private current: S;
  private readonly table: MachineTable<S, E>;
  private readonly host: MachineHost<M>;
  private readonly context: MachineContext;
  private readonly running = new Map<TimerName, { handle: TimerHandle; ms: number }>();

  constructor(
    table: MachineTable<S, E>,
    initial: S,
    host: MachineHost<M>,
    context: MachineContext,
  ) {
    this.table = table;
    this.current = initial;
    this.host = host;
    this.context = context;
  }

  get state(): S {
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
    const rule = this.table[this.current][event as E];
    if (rule === undefined) return false;
    const left = this.current;
    this.current = rule.next;
    const ended = rule.next === 'terminated' && left !== 'terminated';
    if (ended) this.stopAll();
    for (const action of rule.actions) this.perform(action, message);
    if (ended) this.host.terminated();
    return true;
  }

  /** Ends the machine from outside, telling nobody but `terminated`. */
  terminate(state: S): void {
    if (this.current === state) return;
    this.current = state;
    this.stopAll();
    this.host.terminated();
  }

  private perform(action: Action, message: M | undefined): void {
    switch (action.do) {
      case 'transmit':
        this.host.transmit();
        return;
      case 'acknowledge':
        if (message !== undefined) this.host.acknowledge(message);
        return;
      case 'deliver':
        if (message !== undefined) this.host.deliver(message);
        return;
      case 'fail':
        this.host.fail(action.cause);
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
    const rule = TIMERS[timer];
    const last = this.running.get(timer)?.ms ?? rule.first(this.context.timers);
    const bound = rule.doublesTo?.(this.context.timers) ?? last;
    this.arm(timer, at === 't2' ? this.context.timers.t2 : Math.min(2 * last, bound));
  }

  private arm(timer: TimerName, ms: number): void {
    if (this.current === 'terminated') return;
    this.stopTimer(timer);
    const event: TimerEvent = `timer${timer}`;
    const handle = this.context.clock.setTimer(() => this.fire(event), ms);
    this.running.set(timer, { handle, ms });
  }

  private stopTimer(timer: TimerName): void {
    const entry = this.running.get(timer);
    if (entry === undefined) return;
    this.context.clock.clearTimer(entry.handle);
    this.running.delete(timer);
  }

  private stopAll(): void {
    for (const timer of [...this.running.keys()]) this.stopTimer(timer);
  }
}
