import type { TollDecision } from '@trunkline/calls/toll-guard.ts';
import { type ErrorCode, TrunklineError } from '@trunkline/contracts/errors.ts';
import type { LineId, TenantId, UserId } from '@trunkline/contracts/ids.ts';
import { createRateLimiter, type RateLimiter } from '@trunkline/platform/rate-limit.ts';
import type { TenantModel } from '../config/tenant-model.ts';
import type { CallEnvironment } from './environment.ts';
import { ended } from './lifecycle.ts';

/** How often running foreign calls are looked at. */
const watchMs = 1000;
/** A flood of refusals is told now and then, not each. */
const toldPerReason = { capacity: 10, refillPerSecond: 1 / 10, maxKeys: 1000 };

/** What the toll-fraud floor needs to know of a call that is to leave. */
export interface TollRequest {
  tenant: TenantModel;
  userId: UserId | null;
  lineId: LineId;
  ticket: string;
  /** Supercanonical target, null when it stays inside. */
  number: string | null;
  emergency: boolean;
}

const limiters = new WeakMap<CallEnvironment, RateLimiter>();

/** Asks the toll-fraud floor; a refusal is recorded (VOX-133). */
export function askToll(env: CallEnvironment, request: TollRequest): TollDecision {
  const { tenant, userId, lineId } = request;
  const decision = env.toll.admit(
    {
      tenantId: tenant.tenantId,
      callId: request.ticket,
      userId,
      number: request.number,
      homeCountries: tenant.locations.map((location) => location.countryCode),
      emergency: request.emergency,
    },
    tenant.limits,
  );
  if (!decision.ok) {
    let limiter = limiters.get(env);
    if (!limiter) {
      limiter = createRateLimiter({ ...toldPerReason, clock: env.time });
      limiters.set(env, limiter);
    }
    env.logger.warn(
      { tenant: tenant.tenantId, reason: decision.reason },
      'call refused by a limit',
    );
    if (limiter.take(`${tenant.tenantId} ${decision.reason} ${userId}`).ok)
      env.recorder.record(
        'limit.hit',
        { tenantId: tenant.tenantId, callId: null },
        { reason: decision.reason, userId, lineId, destination: decision.destination },
      );
  }
  return decision;
}

/** What a client is told. */
export function tollError(decision: Exclude<TollDecision, { ok: true }>): TrunklineError {
  const blocked = decision.reason === 'country' || decision.reason === 'blocked_prefix';
  const code: ErrorCode = blocked ? 'destination_blocked' : 'call_limit';
  return new TrunklineError(code, { detail: decision.reason });
}

/** Ends running foreign calls when the minutes of the hour are used up. @returns ends the watch */
export function watchToll(env: CallEnvironment): () => void {
  let cancel: () => void = () => undefined;
  const look = () => {
    for (const tenant of env.tenants.all()) endExhausted(env, tenant.tenantId);
    cancel = env.time.after(watchMs, look);
  };
  cancel = env.time.after(watchMs, look);
  return () => cancel();
}

function endExhausted(env: CallEnvironment, tenantId: TenantId): void {
  const tenant = env.tenants.get(tenantId);
  if (!tenant) return;
  const tickets = new Set(env.toll.exhausted(tenantId, tenant.limits));
  if (tickets.size === 0) return;
  for (const call of env.calls.all()) {
    const leg = [call.near, call.far].find((one) => one?.ticket && tickets.has(one.ticket));
    if (!leg || call.tenantId !== tenantId) continue;
    call.input(
      'tooLong',
      ended('system', 'foreign_minutes', 'foreign minutes of the hour used up'),
    );
    env.recorder.record(
      'limit.hit',
      { tenantId, callId: null },
      {
        reason: 'foreign_minutes',
        userId: call.userId,
        lineId: call.facts.entry.line.id,
        destination: null,
      },
    );
  }
}
