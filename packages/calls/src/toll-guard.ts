import type { CallLimits, LimitReason } from '@trunkline/contracts/call-limits.ts';

/** Time by a monotonic clock, milliseconds. */
export interface GuardClock {
  monotonic(): number;
}

export interface TollCall {
  readonly tenantId: string;
  readonly callId: string;
  /** null for what no user starts, such as a forwarding. */
  readonly userId: string | null;
  /** Supercanonical target (`+…`); null for internal and special numbers. */
  readonly number: string | null;
  /** Country calling codes of the tenant's locations: always allowed, never foreign. */
  readonly homeCountries: readonly string[];
  /** Emergency calls are neither asked nor counted (catalogue decision 6). */
  readonly emergency: boolean;
}

export type TollDecision =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: LimitReason;
      /** Prefix that decided, at most four characters of the number itself. */
      readonly destination: string | null;
    };

export interface TollGuard {
  /** Admits a call and counts it until `ended`, or says why not. A refused call is not counted. */
  admit(call: TollCall, limits: CallLimits): TollDecision;
  /** The far end answered: foreign minutes run from here. */
  answered(tenantId: string, callId: string): void;
  /**
   * The call goes on where nobody tells us of its end: sent elsewhere by REFER or 302. When it left the
   * house it counts as one of `awayMs` from now on; `ended` changes nothing about that.
   */
  sentAway(tenantId: string, callId: string): void;
  /** The call is over, or never left. */
  ended(tenantId: string, callId: string): void;
  /** Foreign calls that must end now: the minutes of the hour are used up. */
  exhausted(tenantId: string, limits: CallLimits): string[];
  /** Tenants with state, for tests and metrics. */
  readonly size: number;
}

const rateWindowMs = 60_000;
const bucketMs = 60_000;
const hourBuckets = 60;
/** How long a call counts that was sent away: about what calls last. */
export const awayMs = 180_000;

interface Running {
  readonly foreign: boolean;
  /** It leaves the house. */
  readonly outside: boolean;
  /** Until when it counts though nothing is heard of it; null while it is ours. */
  awayUntil: number | null;
  /** Since when foreign minutes are not yet in a bucket. */
  settledAt: number | null;
}

interface TenantState {
  attempts: number[];
  readonly userAttempts: Map<string, number[]>;
  readonly running: Map<string, Running>;
  /** Foreign milliseconds by minute of the clock; the last hour only. */
  readonly foreign: Map<number, number>;
}

/**
 * The toll-fraud floor of one node (VOX-133): calls at a time, attempts in any 60 s, countries,
 * blocked prefixes, foreign minutes in any hour. Its state is bounded by the limits themselves:
 * only admitted attempts are kept, for a minute, and a tenant without any is forgotten.
 */
export function createTollGuard({ clock }: { clock: GuardClock }): TollGuard {
  const tenants = new Map<string, TenantState>();

  const stateOf = (tenantId: string): TenantState => {
    let state = tenants.get(tenantId);
    if (!state) {
      state = { attempts: [], userAttempts: new Map(), running: new Map(), foreign: new Map() };
      tenants.set(tenantId, state);
    }
    return state;
  };

  /** Puts the talk time since the last look into the buckets, and drops what is older than an hour. */
  const settle = (state: TenantState, now: number) => {
    const bucket = Math.floor(now / bucketMs);
    let spent = 0;
    for (const [callId, call] of state.running) {
      const until = Math.min(now, call.awayUntil ?? now);
      if (call.foreign && call.settledAt !== null) {
        spent += until - call.settledAt;
        call.settledAt = until;
      }
      if (call.awayUntil !== null && call.awayUntil <= now) state.running.delete(callId);
    }
    if (spent > 0) state.foreign.set(bucket, (state.foreign.get(bucket) ?? 0) + spent);
    for (const minute of state.foreign.keys())
      if (minute <= bucket - hourBuckets) state.foreign.delete(minute);
  };

  const prune = (state: TenantState, now: number) => {
    const recent = (at: number) => at > now - rateWindowMs;
    state.attempts = state.attempts.filter(recent);
    for (const [userId, attempts] of state.userAttempts) {
      const left = attempts.filter(recent);
      if (left.length === 0) state.userAttempts.delete(userId);
      else state.userAttempts.set(userId, left);
    }
    settle(state, now);
  };

  let forgotAt = clock.monotonic();
  const forgetIdle = (now: number) => {
    if (now - forgotAt < rateWindowMs) return;
    forgotAt = now;
    for (const [tenantId, state] of tenants) {
      prune(state, now);
      const used = state.running.size + state.attempts.length + state.foreign.size;
      if (used === 0) tenants.delete(tenantId);
    }
  };

  const usedUp = (state: TenantState, limits: CallLimits): boolean => {
    if (limits.foreignMinutesPerHour === null) return false;
    const spent = [...state.foreign.values()].reduce((sum, ms) => sum + ms, 0);
    return spent >= limits.foreignMinutesPerHour * 60_000;
  };

  return {
    get size() {
      return tenants.size;
    },
    admit(call, limits) {
      if (call.emergency) return { ok: true };
      const now = clock.monotonic();
      const no = (reason: LimitReason, destination: string | null = null): TollDecision => ({
        ok: false,
        reason,
        destination,
      });
      const barred = barredBy(call, limits);
      if (barred) return no(barred.reason, barred.destination);
      if (!tenants.has(call.tenantId)) forgetIdle(now);
      const state = stateOf(call.tenantId);
      prune(state, now);
      const foreign = isForeign(call);
      const mine = call.userId === null ? [] : (state.userAttempts.get(call.userId) ?? []);
      if (state.running.size >= limits.concurrentCalls) return no('concurrent_calls');
      if (state.attempts.length >= limits.callsPerMinute) return no('call_rate');
      if (mine.length >= limits.callsPerMinuteUser) return no('user_call_rate');
      if (foreign && usedUp(state, limits)) return no('foreign_minutes', prefixShown(call.number));
      state.attempts.push(now);
      if (call.userId !== null) state.userAttempts.set(call.userId, [...mine, now]);
      state.running.set(call.callId, {
        foreign,
        outside: call.number?.startsWith('+') === true,
        awayUntil: null,
        settledAt: null,
      });
      return { ok: true };
    },
    answered(tenantId, callId) {
      const call = tenants.get(tenantId)?.running.get(callId);
      if (call && call.settledAt === null) call.settledAt = clock.monotonic();
    },
    sentAway(tenantId, callId) {
      const state = tenants.get(tenantId);
      const call = state?.running.get(callId);
      if (!state || !call || call.awayUntil !== null) return;
      const now = clock.monotonic();
      settle(state, now);
      if (!call.outside) {
        state.running.delete(callId);
        return;
      }
      call.settledAt ??= now;
      call.awayUntil = now + awayMs;
    },
    ended(tenantId, callId) {
      const state = tenants.get(tenantId);
      if (state?.running.get(callId)?.awayUntil !== null) return;
      settle(state, clock.monotonic());
      state.running.delete(callId);
    },
    exhausted(tenantId, limits) {
      const state = tenants.get(tenantId);
      if (!state) return [];
      settle(state, clock.monotonic());
      if (!usedUp(state, limits)) return [];
      return [...state.running].flatMap(([callId, { foreign }]) => (foreign ? [callId] : []));
    },
  };
}

/** Why the destination alone is refused. */
function barredBy(
  { number, homeCountries }: TollCall,
  limits: CallLimits,
): { reason: LimitReason; destination: string | null } | undefined {
  if (!number?.startsWith('+')) return undefined;
  const blocked = limits.blockedPrefixes.find((prefix) => number.startsWith(prefix));
  if (blocked !== undefined) return { reason: 'blocked_prefix', destination: blocked };
  if (limits.countries.includes('*')) return undefined;
  const allowed = [...limits.countries, ...homeCountries];
  // Calling codes are prefix-free: at most one of them fits.
  if (allowed.some((code) => number.startsWith(`+${code}`))) return undefined;
  return { reason: 'country', destination: prefixShown(number) };
}

function isForeign({ number, homeCountries }: TollCall): boolean {
  return (
    number?.startsWith('+') === true && !homeCountries.some((code) => number.startsWith(`+${code}`))
  );
}

/** No longer than the longest calling code. */
function prefixShown(number: string | null): string | null {
  return number === null ? null : number.slice(0, 4);
}
