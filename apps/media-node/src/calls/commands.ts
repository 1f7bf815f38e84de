import { functionOfCommand } from '@trunkline/calls/functions.ts';
import {
  type CallCommandData,
  type CallCommandType,
  callCommands,
} from '@trunkline/contracts/calls.ts';
import { type ErrorCode, TrunklineError } from '@trunkline/contracts/errors.ts';
import type { CallId, DeviceId } from '@trunkline/contracts/ids.ts';
import type { EdgeToNode } from '@trunkline/contracts/link.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { emergencyNumber } from '@trunkline/numbers/emergency.ts';
import type { TenantModel } from '../config/tenant-model.ts';
import { CommandCache } from './command-cache.ts';
import { connectCalls } from './connect.ts';
import { sendDigits } from './dtmf.ts';
import type { CallEnvironment } from './environment.ts';
import { holdCall, resumeCall } from './hold.ts';
import { answerCall, redirectCall, rejectCall } from './incoming.ts';
import { ended } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { attachDevice } from './move.ts';
import { placeCall, placeCode, requireOn } from './outgoing.ts';
import { pickUp } from './pickup.ts';
import { transferBlind } from './transfer.ts';

export type CommandFrame = Extract<EdgeToNode, { t: 'command' }>;
export type CommandResult =
  | { ok: true; data: unknown; code: null }
  | { ok: false; data: null; code: ErrorCode };

/** Commands of one who may only make emergency calls: to make one and to handle it. */
const emergencyCommands: readonly CallCommandType[] = [
  'call.answer',
  'call.hangup',
  'call.dtmf',
  'call.move',
];

/** Carries out what clients ask for, each command once. */
export class Commands {
  private readonly env: CallEnvironment;
  private readonly cache: CommandCache<CommandResult>;
  private stopped = false;

  constructor(env: CallEnvironment) {
    this.env = env;
    this.cache = new CommandCache(env.time);
  }

  /** From now on every command is refused: the node stops. */
  stop(): void {
    this.stopped = true;
  }

  /** Never rejects: what goes wrong is in the result. */
  run(frame: CommandFrame): Promise<CommandResult> {
    const key = [frame.tenant, frame.userId, frame.deviceId, frame.id].join(' ');
    return this.cache.run(key, () => this.carryOut(frame));
  }

  private async carryOut(frame: CommandFrame): Promise<CommandResult> {
    const { env } = this;
    try {
      if (this.stopped) throw new TrunklineError('no_media_node');
      if (Date.parse(frame.expiresAt) <= env.time.now().getTime())
        throw new TrunklineError('unavailable', { detail: 'the command came too late' });
      keepDevice(env, frame);
      return { ok: true, data: await this.dispatch(frame), code: null };
    } catch (error) {
      const code = error instanceof TrunklineError ? error.code : 'internal';
      const fields = { tenant: frame.tenant, command: frame.type, code };
      if (code === 'internal') env.logger.error({ ...fields, err: error }, 'command failed');
      else env.logger.info(fields, 'command refused');
      return { ok: false, data: null, code };
    }
  }

  private async dispatch(frame: CommandFrame): Promise<unknown> {
    switch (frame.type) {
      case 'call.dial':
        return this.dial(frame, dataOf(frame, 'call.dial'));
      case 'call.pickup':
        return this.pickUp(frame, dataOf(frame, 'call.pickup'));
      case 'call.feature':
        return this.feature(frame, dataOf(frame, 'call.feature'));
      default:
        return this.withCall(frame);
    }
  }

  /** Commands about a call that is there. */
  private async withCall(frame: CommandFrame): Promise<unknown> {
    const { env } = this;
    switch (frame.type) {
      case 'call.answer':
        return this.answer(frame, dataOf(frame, 'call.answer'));
      case 'call.reject': {
        const data = dataOf(frame, 'call.reject');
        const call = this.callOf(frame, data.callId);
        this.requireNow(frame, call);
        rejectCall(env, call, { userId: frame.userId, variant: data.variant });
        return {};
      }
      case 'call.redirect': {
        const data = dataOf(frame, 'call.redirect');
        const call = this.callOf(frame, data.callId);
        this.requireNow(frame, call);
        redirectCall(call, frame.userId, data.number);
        return {};
      }
      case 'call.hangup':
        return this.hangUp(frame, dataOf(frame, 'call.hangup'));
      case 'call.hold': {
        const call = this.ownCall(frame, dataOf(frame, 'call.hold').callId);
        await holdCall(env, call);
        return {};
      }
      case 'call.resume': {
        const call = this.ownCall(frame, dataOf(frame, 'call.resume').callId);
        await resumeCall(env, call);
        return {};
      }
      case 'call.transfer': {
        const data = dataOf(frame, 'call.transfer');
        const call = this.ownCall(frame, data.callId);
        await transferBlind(env, this.tenantOf(frame), call, data.number);
        return {};
      }
      case 'call.connect': {
        const data = dataOf(frame, 'call.connect');
        const call = this.ownCall(frame, data.callId);
        const other = this.callOf(frame, data.otherCallId);
        if (other.userId !== frame.userId) throw new TrunklineError('call_state');
        await connectCalls(env, call, other);
        return {};
      }
      case 'call.move': {
        const data = dataOf(frame, 'call.move');
        const call = this.ownCall(frame, data.callId);
        return attachDevice(env, call, frame.deviceId, data.sdp);
      }
      case 'call.dtmf':
        return this.dtmf(frame, dataOf(frame, 'call.dtmf'));
      default:
        throw new TrunklineError('invalid_request');
    }
  }

  private dial(frame: CommandFrame, data: CallCommandData<'call.dial'>): Promise<unknown> {
    return placeCall(this.env, this.tenantOf(frame), {
      userId: frame.userId,
      deviceId: frame.deviceId,
      number: data.number,
      lineId: data.lineId,
      sdp: data.sdp,
      emergencyOnly: frame.emergencyOnly,
    });
  }

  private pickUp(frame: CommandFrame, data: CallCommandData<'call.pickup'>): Promise<unknown> {
    if (frame.emergencyOnly) throw new TrunklineError('missing_scope');
    return pickUp(this.env, this.tenantOf(frame), {
      userId: frame.userId,
      deviceId: frame.deviceId,
      target: data.userId,
      sdp: data.sdp,
    });
  }

  private feature(frame: CommandFrame, data: CallCommandData<'call.feature'>): Promise<unknown> {
    const { env } = this;
    const tenant = this.tenantOf(frame);
    const entry = tenant.linesOfUser(frame.userId).find(({ line }) => line.id === data.lineId);
    const feature = entry?.group.featureCodes[data.index];
    // An emergency number behind a button is still one: nothing stands before it.
    if (feature && emergencyNumber(feature.code, entry.location) !== null)
      return this.dial(frame, { ...data, number: feature.code });
    if (frame.emergencyOnly) throw new TrunklineError('missing_scope');
    if (!entry) throw new TrunklineError('no_line');
    requireOn(entry, 'dial');
    if (!feature) throw new TrunklineError('invalid_request');
    // LIN-027: only while the line is not in a call.
    const talks = env.calls
      .standingOf(tenant.tenantId, frame.userId)
      .some((call) => call.entryOf(frame.userId).line.id === entry.line.id);
    if (talks) throw new TrunklineError('call_state');
    return placeCode(
      env,
      tenant,
      { userId: frame.userId, deviceId: frame.deviceId, sdp: data.sdp },
      { entry, code: feature.code, name: feature.name, why: 'feature code' },
    );
  }

  /** Takes a ringing call, or gives one's own call the media of a reloaded page. */
  private async answer(
    frame: CommandFrame,
    data: CallCommandData<'call.answer'>,
  ): Promise<unknown> {
    const call = this.callOf(frame, data.callId);
    if (call.userId === frame.userId && call.media) {
      requireHolder(call, frame);
      return attachDevice(this.env, call, frame.deviceId, data.sdp);
    }
    if (call.takes('userAnswers')) this.requireNow(frame, call);
    return answerCall(this.env, call, {
      userId: frame.userId,
      deviceId: frame.deviceId,
      sdp: data.sdp,
    });
  }

  private hangUp(frame: CommandFrame, data: CallCommandData<'call.hangup'>): unknown {
    const call = this.callOf(frame, data.callId);
    if (call.userId !== frame.userId) throw new TrunklineError('call_state');
    if (!call.facts.emergency) requireOn(call.entryOf(frame.userId), 'hang_up');
    const cause = call.answeredAt ? 'normal' : 'cancelled';
    if (!call.input('userHangsUp', ended('local', cause))) throw new TrunklineError('call_state');
    return {};
  }

  private async dtmf(frame: CommandFrame, data: CallCommandData<'call.dtmf'>): Promise<unknown> {
    const call = this.callOf(frame, data.callId);
    requireHolder(call, frame);
    if (!call.facts.emergency) requireOn(call.entryOf(frame.userId), 'dtmf');
    if (!call.media || (call.phase !== 'talking' && call.phase !== 'farRinging'))
      throw new TrunklineError('call_state');
    try {
      await sendDigits(this.env, call, data.digits);
    } catch (error) {
      throw new TrunklineError('media_failed', { cause: error });
    }
    return {};
  }

  private tenantOf(frame: CommandFrame): TenantModel {
    const tenant = this.env.tenants.get(frame.tenant);
    if (!tenant) throw new TrunklineError('no_line');
    return tenant;
  }

  private callOf(frame: CommandFrame, callId: CallId): LiveCall {
    const call = this.env.calls.find(callId, frame.tenant, frame.userId);
    // Who may only make emergency calls may also handle the call made.
    if (frame.emergencyOnly && !(call?.facts.emergency && emergencyCommands.includes(frame.type)))
      throw new TrunklineError('missing_scope');
    if (!call) throw new TrunklineError('call_gone');
    return call;
  }

  /** A standing call the user holds, whose functions let this be done now. */
  private ownCall(frame: CommandFrame, callId: CallId): LiveCall {
    const call = this.callOf(frame, callId);
    if (call.userId !== frame.userId || call.phase !== 'talking' || call.changing)
      throw new TrunklineError(this.isOff(frame, call) ? 'function_off' : 'call_state');
    this.requireNow(frame, call);
    return call;
  }

  private isOff(frame: CommandFrame, call: LiveCall): boolean {
    const { functions } = call.entryOf(frame.userId).group;
    return !call.facts.emergency && !functions.includes(functionOfCommand[frame.type]);
  }

  /** @throws TrunklineError `function_off` when it is switched off, `call_state` when not possible now */
  private requireNow(frame: CommandFrame, call: LiveCall): void {
    if (this.isOff(frame, call)) throw new TrunklineError('function_off');
    const now = call.functionsFor(frame.userId, true);
    if (!now.includes(functionOfCommand[frame.type])) throw new TrunklineError('call_state');
  }
}

function dataOf<T extends CallCommandType>(frame: CommandFrame, type: T): CallCommandData<T> {
  return parse(callCommands[type], frame.data) as CallCommandData<T>;
}

/** Media belongs to one device; another one of the user must not disturb it. */
function requireHolder(call: LiveCall, frame: { deviceId: DeviceId }): void {
  if (call.deviceId !== frame.deviceId) throw new TrunklineError('call_state');
}

/** A device that speaks is not gone. */
function keepDevice(env: CallEnvironment, frame: CommandFrame): void {
  for (const call of env.calls.heldBy(frame.tenant, frame.deviceId))
    call.timers.clear('deviceGrace');
}
