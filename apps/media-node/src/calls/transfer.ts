import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import type { TenantModel } from '../config/tenant-model.ts';
import { planForward } from '../routing/forward-plan.ts';
import type { CallEnd } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import { holdCall } from './hold.ts';
import { follow, placeLeg } from './legs.ts';
import { ended, noteRoute, publish, releaseUser } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { openRelay } from './media.ts';
import { askToll, tollError } from './toll.ts';
import {
  afterJoin,
  dropFar,
  joinNear,
  type Outcome,
  takeBack,
  teller,
  within,
} from './transfer-steps.ts';

/**
 * Blind transfer by the group's method: REFER at the PBX, or a new call of ours that is joined
 * with this one (VOX-128). Resolves when it is done, or is still open after a while.
 * @throws TrunklineError `transfer_failed` when the call came back, or what stands against it
 */
export async function transferBlind(
  env: CallEnvironment,
  tenant: TenantModel,
  call: LiveCall,
  number: string,
): Promise<void> {
  if (call.changing || call.phase !== 'talking') throw new TrunklineError('call_state');
  // The running call goes on; the one to the target would be a new one (PLT-015).
  if (tenant.state === 'suspended') throw new TrunklineError('tenant_suspended');
  const { entry } = call.facts;
  const plan = planForward(number, entry);
  if (!plan.ok) throw new TrunklineError(plan.code);
  const ticket = newId('call');
  const toll = askToll(env, {
    tenant,
    userId: call.userId,
    lineId: entry.line.id,
    ticket,
    number: plan.tollNumber,
    emergency: false,
  });
  if (!toll.ok) throw tollError(toll);
  const method = entry.group.transferMethod;
  noteRoute(env, call, 'transfer', `blind by ${method}`, plan.dialled.digits, plan.dialled.trace);
  const tell = teller(env, call, {
    kind: 'blind',
    method,
    target: plan.dialled.number,
    otherCallId: null,
  });
  const work =
    method === 'refer'
      ? transferByRefer(env, call, { digits: plan.dialled.digits, ticket, tell })
      : transferByCall(env, call, plan.dialled.digits, ticket, tell);
  if ((await within(env, work)) === 'failed') throw new TrunklineError('transfer_failed');
}

/** The PBX places the call; it tells us how that goes on. */
export function transferByRefer(
  env: CallEnvironment,
  call: LiveCall,
  o: {
    digits: string;
    /** Of the call to the target, as the toll-fraud floor counts it. */
    ticket: string | null;
    tell: ReturnType<typeof teller>;
    replaces?: LiveCall;
  },
): Promise<Outcome> {
  const { digits, ticket, tell, replaces } = o;
  const { near } = call;
  const wasHeld = call.held;
  // Without a word of it the PBX may still have sent both on.
  const away = (accepted: boolean) => {
    // Not joined for sure, the other call is still ours and counts as such.
    const target = replaces && !accepted ? null : ticket;
    for (const one of [target, near?.ticket ?? null])
      if (one !== null) env.toll.sentAway(call.tenantId, one);
  };
  const stayed = () => {
    if (ticket !== null && !replaces) env.toll.ended(call.tenantId, ticket);
  };
  return new Promise((resolve) => {
    call.step = {
      returned: (end) => {
        call.timers.clear('recall');
        stayed();
        tell('failed', end?.sipCode ?? null);
        takeBack(env, call, wasHeld);
        resolve('failed');
      },
      abandoned: (end) => {
        const accepted = end.cause === 'transferred';
        away(accepted);
        if (!accepted) tell('failed', end.sipCode);
        resolve(accepted ? 'accepted' : 'failed');
      },
    };
    if (!near || !call.input('transferReferred')) {
      call.step = null;
      stayed();
      resolve('failed');
      return;
    }
    tell('tried');
    publish(env, call);
    call.timers.set('recall', env.bounds.recallMs, () =>
      call.input('referFailed', ended('system', 'no_answer', 'the target did not answer', 408)),
    );
    const other = replaces?.near?.port;
    void holdCall(env, call)
      .then(() => near.port.refer(other ? { digits, replaces: other } : { digits }))
      .then(({ status, reason }) => {
        if (call.phase !== 'referring') return;
        if (status >= 200 && status < 300) {
          tell('accepted', status);
          away(true);
          call.input('referDone', ended('local', 'transferred', reason, null));
        } else call.input('referFailed', ended('remote', 'failed', reason, status));
      });
  });
}

/** A call of ours to the target; once it answers both PBX legs talk over a relay (VOX-128). */
async function transferByCall(
  env: CallEnvironment,
  call: LiveCall,
  digits: string,
  ticket: string,
  tell: ReturnType<typeof teller>,
): Promise<Outcome> {
  const { entry } = call.facts;
  const line = env.lines.specOf(entry.line.id);
  const wasHeld = call.held;
  const release = () => env.toll.ended(call.tenantId, ticket);
  if (!line || !env.lines.isOpen(entry.line.id) || !call.input('transferCalled')) {
    release();
    return 'failed';
  }
  tell('tried');
  publish(env, call);
  const outcome = new Promise<Outcome>((resolve) => {
    const left = (end: CallEnd | null) => {
      release();
      call.timers.clear('recall');
      tell('failed', end?.sipCode ?? null);
      dropFar(call);
      resolve('failed');
    };
    call.step = {
      joined: () => {
        call.timers.clear('recall');
        tell('accepted');
        releaseUser(env, call, 'transferred');
        call.step = null;
        resolve('accepted');
      },
      move: () => afterJoin(env, call, joinNear(call)),
      returned: (end) => {
        left(end);
        takeBack(env, call, wasHeld);
      },
      abandoned: left,
    };
  });
  void holdCall(env, call);
  try {
    const relay = await openRelay(env, call.id);
    if (call.phase !== 'consulting' && call.phase !== 'handedOver') {
      relay.close();
      return outcome;
    }
    call.relay = relay;
    const codec = call.near?.media?.codec;
    const leg = placeLeg(env, {
      call,
      role: 'far',
      entry,
      line,
      digits,
      place: relay.far,
      first: codec ? [codec] : [],
      ticket,
    });
    follow(env, leg);
    call.timers.set('recall', env.bounds.recallMs, () =>
      call.input('recallTimeout', ended('system', 'no_answer', 'the target did not answer')),
    );
  } catch (error) {
    env.logger.warn({ call: call.id, err: error }, 'target of a transfer could not be called');
    call.input('farFailed', ended('system', 'failed', 'the target could not be called'));
  }
  return outcome;
}
