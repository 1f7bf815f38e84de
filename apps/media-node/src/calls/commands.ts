import {
  type CallCommandData,
  type CallCommandType,
  callCommands,
} from '@trunkline/contracts/calls.ts';
import { type ErrorCode, TrunklineError } from '@trunkline/contracts/errors.ts';
import type { DeviceId } from '@trunkline/contracts/ids.ts';
import type { EdgeToNode } from '@trunkline/contracts/link.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { CommandCache } from './command-cache.ts';
import type { CallEnvironment } from './environment.ts';
import { answerCall, rejectCall } from './incoming.ts';
import { awaitBrowser } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { placeCall } from './outgoing.ts';

export type CommandFrame = Extract<EdgeToNode, { t: 'command' }>;
export type CommandResult =
  | { ok: true; data: unknown; code: null }
  | { ok: false; data: null; code: ErrorCode };

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
    if (frame.type === 'call.dial') return this.dial(frame, dataOf(frame, 'call.dial'));
    if (frame.emergencyOnly) {
      // Who may only make emergency calls may also handle the call made.
      const { callId } = dataOf(frame, frame.type);
      const call = this.env.calls.find(callId, frame.tenant, frame.userId);
      if (!call?.facts.emergency) throw new TrunklineError('missing_scope');
    }
    switch (frame.type) {
      case 'call.answer':
        return this.answer(frame, dataOf(frame, 'call.answer'));
      case 'call.reject':
        return this.reject(frame, dataOf(frame, 'call.reject'));
      case 'call.hangup':
        return this.hangUp(frame, dataOf(frame, 'call.hangup'));
      case 'call.dtmf':
        return this.dtmf(frame, dataOf(frame, 'call.dtmf'));
    }
  }

  private dial(frame: CommandFrame, data: CallCommandData<'call.dial'>): Promise<unknown> {
    const tenant = this.env.tenants.get(frame.tenant);
    if (!tenant) throw new TrunklineError('no_line');
    return placeCall(this.env, tenant, {
      userId: frame.userId,
      deviceId: frame.deviceId,
      number: data.number,
      lineId: data.lineId,
      sdp: data.sdp,
      emergencyOnly: frame.emergencyOnly,
    });
  }

  /** Takes a ringing call, or gives one's own call the media of a reloaded page. */
  private async answer(
    frame: CommandFrame,
    data: CallCommandData<'call.answer'>,
  ): Promise<unknown> {
    const call = this.callOf(frame, data.callId);
    if (call.userId !== frame.userId || !call.media)
      return answerCall(this.env, call, {
        userId: frame.userId,
        deviceId: frame.deviceId,
        sdp: data.sdp,
      });
    requireHolder(call, frame);
    try {
      const answerSdp = await call.media.reattach(data.sdp);
      awaitBrowser(this.env, call);
      return { callId: call.id, sdp: answerSdp };
    } catch (error) {
      throw new TrunklineError('media_failed', { cause: error });
    }
  }

  private reject(frame: CommandFrame, data: CallCommandData<'call.reject'>): unknown {
    const call = this.callOf(frame, data.callId);
    rejectCall(this.env, call, { userId: frame.userId, variant: data.variant });
    return {};
  }

  private hangUp(frame: CommandFrame, data: CallCommandData<'call.hangup'>): unknown {
    const call = this.callOf(frame, data.callId);
    if (call.userId !== frame.userId) throw new TrunklineError('call_state');
    const cause = call.answeredAt ? 'normal' : 'cancelled';
    if (!call.input('userHangsUp', { by: 'local', cause, sipCode: null, text: '' }))
      throw new TrunklineError('call_state');
    return {};
  }

  private async dtmf(frame: CommandFrame, data: CallCommandData<'call.dtmf'>): Promise<unknown> {
    const call = this.callOf(frame, data.callId);
    requireHolder(call, frame);
    if (!call.media || (call.phase !== 'talking' && call.phase !== 'farRinging'))
      throw new TrunklineError('call_state');
    try {
      await call.media.dtmf(data.digits);
    } catch (error) {
      throw new TrunklineError('media_failed', { cause: error });
    }
    return {};
  }

  private callOf(frame: CommandFrame, callId: CallCommandData<'call.hangup'>['callId']): LiveCall {
    const call = this.env.calls.find(callId, frame.tenant, frame.userId);
    if (!call) throw new TrunklineError('call_gone');
    return call;
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
