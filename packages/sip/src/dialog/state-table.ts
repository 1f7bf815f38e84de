/** What an event does in a state. */
export interface StateRule<S extends string, V extends string> {
  /** Told to whoever fired the event. */
  readonly verdict: V;
  readonly next: S;
}

/** State × event → verdict and next state; an event without a rule cannot happen there. */
export type StateTable<S extends string, E extends string, V extends string> = Readonly<
  Record<S, Readonly<Partial<Record<E, StateRule<S, V>>>>>
>;

/** Runs a table that has no timers and sends nothing by itself. */
export class StateMachine<S extends string, E extends string, V extends string> {
  private current: S;
  private readonly table: StateTable<S, E, V>;

  constructor(table: StateTable<S, E, V>, initial: S) {
    this.table = table;
    this.current = initial;
  }

  get state(): S {
    return this.current;
  }

  /** What the event would do; undefined when it has no rule in this state. */
  peek(event: E): V | undefined {
    return this.table[this.current][event]?.verdict;
  }

  /** Takes an event; undefined, and nothing changes, when it has no rule in this state. */
  fire(event: E): V | undefined {
    const rule = this.table[this.current][event];
    if (rule === undefined) return undefined;
    this.current = rule.next;
    return rule.verdict;
  }
}
