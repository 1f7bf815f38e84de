import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { mayBeTarget } from '@trunkline/numbers/pbx-code.ts';
import { codesOf, planForward } from '../routing/forward-plan.ts';
import type { CallEnd } from './causes.ts';
import type { CallEnvironment } from './environment.ts';
import { holdCall } from './hold.ts';
import type { LegMedia, MediaPlace } from './leg-media.ts';
import { renegotiate } from './legs.ts';
import { aboutOf, ended, noteRoute, publish, releaseUser } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { openRelay } from './media.ts';
import { transferByRefer } from './transfer.ts';
import {
  afterJoin,
  dropFar,
  giveHome,
  joinBoth,
  type Outcome,
  takeBack,
  teller,
  within,
} from './transfer-steps.ts';

/**
 * Attended transfer: joins the far sides of two calls of one user.
 * @throws TrunklineError `transfer_failed` when both are still there, `call_state`
 */
export async function connectCalls(
  env: CallEnvironment,
  call: LiveCall,
  other: LiveCall,
): Promise<void> {
  if (call === other || call.changing || other.changing) throw new TrunklineError('call_state');
  if (call.phase !== 'talking' || !other.near) throw new TrunklineError('call_state');
  const help = call.facts.emergency || other.facts.emergency;
  if (help && other.phase !== 'talking') throw new TrunklineError('call_state');
  const { group } = call.facts.entry;
  const samePbx = group.id === other.facts.entry.group.id;
  const digits = digitsOf(other);
  // What the PBX does not know as one cannot be joined there, nor what does not stand yet; to a code
  // the other party's telephone might dial it instead; and help is never put at risk by a REFER.
  const stands = samePbx && !help && other.phase === 'talking';
  const atPbx = stands && mayBeTarget(digits, codesOf(group));
  const method = group.transferMethod === 'refer' && atPbx ? 'refer' : 'join';
  const tell = teller(env, call, {
    kind: 'attended',
    method,
    target: other.remote.number ?? other.remote.display,
    otherCallId: other.id,
  });
  noteRoute(env, call, 'transfer', `attended by ${method}`, other.remote.number);
  const work = async (): Promise<Outcome> => {
    if (method === 'refer') return connectByRefer(env, call, other, { digits, tell });
    if (other.phase === 'talking') return connectByJoin(env, call, other, tell);
    return connectWhileRinging(env, call, other, tell);
  };
  if ((await within(env, work())) === 'failed') throw new TrunklineError('transfer_failed');
}

async function connectByRefer(
  env: CallEnvironment,
  call: LiveCall,
  other: LiveCall,
  { digits, tell }: { digits: string; tell: ReturnType<typeof teller> },
): Promise<Outcome> {
  await holdCall(env, other);
  const ticket = other.near?.ticket ?? null;
  const outcome = await transferByRefer(env, call, { digits, ticket, tell, replaces: other });
  // The PBX ends the call it replaced; should it not, nobody is left at this end of it.
  if (outcome === 'accepted')
    other.input('userHangsUp', ended('local', 'transferred', 'joined with another call'));
  return outcome;
}

/** What the PBX has to dial for the other party. */
function digitsOf(call: LiveCall): string {
  const { remote } = call;
  const { entry } = call.facts;
  const number = remote.number ?? remote.display;
  const plan = planForward(number, entry);
  return plan.ok ? plan.dialled.digits : number;
}

/** Both stand: each PBX leg moves to one side of a relay. */
async function connectByJoin(
  env: CallEnvironment,
  call: LiveCall,
  other: LiveCall,
  tell: ReturnType<typeof teller>,
): Promise<Outcome> {
  const [near, far] = [call.near, other.near];
  const [nearMedia, farMedia] = [near?.media, far?.media];
  if (!near || !far || !nearMedia || !farMedia || !call.media || !other.media)
    throw new TrunklineError('call_state');
  const homes = [call.media.place, other.media.place] as const;
  const held = [call.held, other.held] as const;
  call.changing = true;
  other.changing = true;
  tell('tried');
  try {
    const relay = await openRelay(env, call.id);
    const stand = () => call.phase === 'talking' && other.phase === 'talking';
    try {
      const move = (media: LegMedia, place: MediaPlace) => () => {
        media.moveTo(place);
        return media.hold(false);
      };
      await Promise.all([
        renegotiate(near, move(nearMedia, relay.near)),
        renegotiate(far, move(farMedia, relay.far)),
      ]);
      if (!stand()) throw new Error('one of the calls ended meanwhile');
    } catch (error) {
      env.logger.warn({ call: call.id, err: error }, 'calls could not be joined');
      // Whoever is left goes back to the user.
      await giveHome(env, call, homes[0], held[0]);
      await giveHome(env, other, homes[1], held[1]);
      relay.close();
      tell('failed');
      return 'failed';
    }
    absorb(env, call, other);
    call.relay = relay;
    call.step = { joined: () => tell('accepted') };
    call.input('transferJoined');
    call.step = null;
    releaseUser(env, call, 'transferred');
    return 'accepted';
  } finally {
    call.changing = false;
    other.changing = false;
  }
}

/** The target still rings: its leg becomes the far leg of the call to be transferred. */
async function connectWhileRinging(
  env: CallEnvironment,
  call: LiveCall,
  other: LiveCall,
  tell: ReturnType<typeof teller>,
): Promise<Outcome> {
  const leg = other.near;
  const home = other.media;
  if (!leg?.media || !home || (other.phase !== 'farRinging' && other.phase !== 'placing'))
    throw new TrunklineError('call_state');
  const wasHeld = call.held;
  if (!call.input('transferCalled')) throw new TrunklineError('call_state');
  tell('tried');
  let homeOpen = true;
  const closeHome = () => {
    if (homeOpen) home.close();
    homeOpen = false;
  };
  const outcome = new Promise<Outcome>((resolve) => {
    const lost = (end: CallEnd | null) => {
      if (leg.ticket !== null) env.toll.ended(call.tenantId, leg.ticket);
      call.timers.clear('recall');
      tell('failed', end?.sipCode ?? null);
      closeHome();
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
      move: () => afterJoin(env, call, joinBoth(env, call).finally(closeHome)),
      returned: (end) => {
        lost(end);
        takeBack(env, call, wasHeld);
      },
      abandoned: lost,
    };
  });
  // Its early media goes on at its old place until it answers.
  other.media = null;
  absorb(env, call, other);
  publish(env, call);
  void holdCall(env, call);
  call.timers.set('recall', env.bounds.recallMs, () =>
    call.input('recallTimeout', ended('system', 'no_answer', 'the target did not answer')),
  );
  return outcome;
}

/** The other call's leg becomes the far leg of this one; the other call is over. */
function absorb(env: CallEnvironment, call: LiveCall, other: LiveCall): void {
  const leg = other.near;
  if (!leg) return;
  env.trace.reassign(leg.port.sipCallId, aboutOf(other), aboutOf(call));
  env.records.adopt(other.id, call.id);
  leg.call = call;
  leg.role = 'far';
  call.far = leg;
  other.input('absorbed', ended('local', 'transferred', 'joined with another call'));
}
