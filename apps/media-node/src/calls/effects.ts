import type { CallEnvironment } from './environment.ts';
import { followRefer } from './follow-refer.ts';
import { finish, noteAnswered, publish, releaseUser } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { completedElsewhere } from './pbx.ts';

const statusWhenHungUp = 486;
const statusWhenStopping = 503;

/** Says what the actions of the state table do for a call. */
export function attachEffects(env: CallEnvironment, call: LiveCall): void {
  call.referred = (leg, request) => followRefer(env, leg, request);
  call.attach({
    cancelPbx: () => call.near?.cancel(),
    byePbx: () => call.near?.bye(),
    refusePbx: (end) =>
      call.near?.incoming?.reject(
        end?.sipCode ?? (end?.by === 'local' ? statusWhenHungUp : statusWhenStopping),
      ),
    // Who hears the target already is not to make a ringing tone of its own (RFC 3960 §3.2).
    ringPbx: () => {
      if (!call.near?.early) call.near?.incoming?.ring();
    },
    redirectPbx: () => call.near?.incoming?.redirect(call.step?.redirectTo ?? ''),
    referPbx: () => call.step?.refer?.(),
    answerFromFar: () => call.step?.answerCaller?.(),
    // The caller gave up or somebody else has the call: that phone has missed nothing.
    cancelFar: (end) =>
      call.far?.cancel(end?.cause === 'answered_elsewhere' ? completedElsewhere : undefined),
    byeFar: () => call.far?.bye(),
    moveNear: () => call.step?.move?.(),
    takeFar: () => call.step?.taken?.(),
    leaveNear: () => call.near?.media?.leave(),
    stopRinging: () => partAll(env, call),
    releaseUser: () => releaseUser(env, call, 'transferred'),
    noteRinging: () => {
      if (call.facts.direction === 'outgoing')
        env.recorder.record(
          'call.ringing',
          { tenantId: call.tenantId, callId: call.id },
          { userId: null, devices: 0 },
        );
      publish(env, call);
    },
    noteAnswered: () => noteAnswered(env, call),
    noteJoined: () => call.step?.joined?.(),
    noteReturned: (end) => call.step?.returned?.(end),
    finish: (end) => finish(env, call, end),
  });
}

/** The call goes on elsewhere: nobody's devices ring any more. */
export function partAll(env: CallEnvironment, call: LiveCall): void {
  for (const userId of call.users) {
    call.parted.set(userId, { by: 'system', cause: 'forwarded', sipCode: null, elsewhere: true });
    env.edge.callChanged(call.tenantId, userId, env.calls.viewOf(call, userId));
  }
}
