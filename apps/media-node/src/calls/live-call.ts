import type { CallView, RemoteParty } from '@trunkline/contracts/calls.ts';
import type { CallId, DeviceId, TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import type { Scheduler } from '../scheduler.ts';
import type { CallEnd } from './causes.ts';
import type { CallMedia } from './media.ts';
import { type CallAction, type CallInput, type CallPhase, transition } from './state-table.ts';
import { Timers } from './timers.ts';

export type CallTimer = 'ring' | 'ringAgain' | 'webrtc' | 'clientGrace' | 'deviceGrace' | 'longest';

export interface CallFacts {
  readonly id: CallId;
  readonly direction: 'incoming' | 'outgoing';
  readonly entry: LineEntry;
  /** The caller, or all whose devices may ring. */
  readonly users: readonly UserId[];
  readonly remote: RemoteParty;
  readonly emergency: boolean;
}

/** What an action does; the state table says when. */
export type CallEffects = Readonly<Record<CallAction, (end: CallEnd | null) => void>>;

const viewState = {
  placing: 'dialling',
  farRinging: 'ringing',
  offering: 'ringing',
  ringing: 'ringing',
  unattended: 'ringing',
  answering: 'ringing',
  talking: 'connected',
  ended: 'ended',
} as const satisfies Record<CallPhase, CallView['state']>;

/** A call that lives on this node: its facts, its phase and who holds it. */
export class LiveCall {
  readonly facts: CallFacts;
  readonly startedAt: Date;
  readonly timers: Timers<CallTimer>;
  phase: CallPhase;
  answeredAt: Date | null = null;
  /** Monotonic milliseconds of the answer. */
  answeredMs: number | null = null;
  /** Who holds the call, once somebody does. */
  userId: UserId | null = null;
  deviceId: DeviceId | null = null;
  media: CallMedia | null = null;
  sipCallId: string | null = null;
  end: CallEnd | null = null;
  /** Users the call is over for while it goes on for others: rejected, or answered elsewhere. */
  readonly parted = new Map<UserId, NonNullable<CallView['end']>>();
  private effects: CallEffects | undefined;

  constructor(facts: CallFacts, phase: CallPhase, time: Clock & Scheduler) {
    this.facts = facts;
    this.phase = phase;
    this.startedAt = time.now();
    this.timers = new Timers(time);
  }

  get id(): CallId {
    return this.facts.id;
  }

  get tenantId(): TenantId {
    return this.facts.entry.tenantId;
  }

  /** Users the call is not over for (limits count these). */
  get users(): readonly UserId[] {
    return this.facts.users.filter((user) => !this.parted.has(user));
  }

  /** Says what the actions of the table do for this call. */
  attach(effects: CallEffects): void {
    this.effects = effects;
  }

  /**
   * Applies an input by the state table.
   * @param end why the call ends, for inputs that end it
   * @returns false when the input means nothing in this phase
   */
  input(input: CallInput, end: CallEnd | null = null): boolean {
    const step = transition(this.phase, input);
    if (!step) return false;
    this.phase = step.to;
    for (const action of step.act) this.effects?.[action](end);
    return true;
  }

  /** The call as one user's devices see it. */
  viewFor(userId: UserId): CallView {
    const { facts, end } = this;
    const parted = this.parted.get(userId);
    return {
      id: facts.id,
      direction: facts.direction,
      state: parted ? 'ended' : viewState[this.phase],
      remote: facts.remote,
      lineId: facts.entry.line.id,
      lineNumber: facts.entry.number,
      deviceId: this.deviceId,
      startedAt: this.startedAt.toISOString(),
      answeredAt: this.answeredAt?.toISOString() ?? null,
      hideReject: facts.entry.group.hideRejectButton,
      emergency: facts.emergency,
      end:
        parted ?? (end && { by: end.by, cause: end.cause, sipCode: end.sipCode, elsewhere: false }),
    };
  }
}
