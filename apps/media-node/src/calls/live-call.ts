import { type CallSituation, functionsNow } from '@trunkline/calls/functions.ts';
import type { CallFunction } from '@trunkline/contracts/call-functions.ts';
import type { CallView, RemoteParty } from '@trunkline/contracts/calls.ts';
import type { CallId, DeviceId, TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import type { Scheduler } from '../scheduler.ts';
import type { CallLeg } from './call-leg.ts';
import type { CallEnd } from './causes.ts';
import type { CallMedia, Relay } from './media.ts';
import type { ReferRequest } from './pbx.ts';
import { QualityWatch } from './quality-watch.ts';
import { type CallAction, type CallInput, type CallPhase, transition } from './state-table.ts';
import { Timers } from './timers.ts';

export type CallTimer =
  | 'ring'
  | 'forward'
  | 'webrtc'
  | 'clientGrace'
  | 'deviceGrace'
  | 'longest'
  | 'recall'
  | 'oldLeg'
  | 'silentPbx'
  | 'silentFar';

export interface CallFacts {
  readonly id: CallId;
  readonly direction: 'incoming' | 'outgoing';
  readonly entry: LineEntry;
  /** The caller, or all whose devices may ring at first. */
  readonly users: readonly UserId[];
  readonly remote: RemoteParty;
  readonly emergency: boolean;
}

/** What an action does; the state table says when. */
export type CallEffects = Readonly<Record<CallAction, (end: CallEnd | null) => void>>;

/** A forwarding or transfer under way: what its stations mean. */
export interface CallStep {
  /** The far leg is gone before it talked; true when another target is being tried. */
  farLost?(end: CallEnd | null): boolean;
  /** A provisional response of the far leg. */
  farProgress?(status: number): void;
  /** The far leg sends audio before it has answered. */
  farEarly?(): void;
  /** The far leg answered: the near one's audio goes to it. */
  move?(): void;
  /** Both legs stand. */
  joined?(): void;
  /** The far leg answered and takes the place of the near one. */
  taken?(): void;
  /** The call is back with its user. */
  returned?(end: CallEnd | null): void;
  /** Answers the caller, as the target answered. */
  answerCaller?(): void;
  /** Asks the PBX to transfer the call just answered. */
  refer?(): void;
  /** Number a 302 names. */
  redirectTo?: string;
  /** The call is over, and with it the step. */
  abandoned?(end: CallEnd): void;
}

const viewState = {
  placing: 'dialling',
  farRinging: 'ringing',
  offering: 'ringing',
  ringing: 'ringing',
  unattended: 'ringing',
  answering: 'ringing',
  forwarding: 'ringing',
  bridging: 'ringing',
  deflecting: 'ringing',
  talking: 'connected',
  referring: 'connected',
  consulting: 'connected',
  handedOver: 'connected',
  joining: 'connected',
  joined: 'connected',
  following: 'connected',
  followingOn: 'connected',
  ended: 'ended',
} as const satisfies Record<CallPhase, CallView['state']>;

/** What a phase is to the user, as far as it alone tells. */
const situations = {
  placing: 'calling',
  farRinging: 'calling',
  offering: 'ringing',
  ringing: 'ringing',
  unattended: 'ringing',
  answering: 'ringing',
  forwarding: 'ended',
  bridging: 'ended',
  deflecting: 'ended',
  talking: 'talking',
  referring: 'transferring',
  consulting: 'transferring',
  handedOver: 'ended',
  joining: 'transferring',
  joined: 'ended',
  following: 'transferring',
  followingOn: 'transferring',
  ended: 'ended',
} as const satisfies Record<CallPhase, CallSituation>;

/** A call that lives on this node: its facts, its phase, its legs and who holds it. */
export class LiveCall {
  readonly facts: CallFacts;
  readonly startedAt: Date;
  readonly timers: Timers<CallTimer>;
  readonly quality: QualityWatch;
  phase: CallPhase;
  answeredAt: Date | null = null;
  /** Monotonic milliseconds of the answer. */
  answeredMs: number | null = null;
  /** Monotonic milliseconds of the end of the user's talk, when the call outlived it. */
  leftMs: number | null = null;
  /** Who holds the call, once somebody does. */
  userId: UserId | null = null;
  deviceId: DeviceId | null = null;
  near: CallLeg | null = null;
  far: CallLeg | null = null;
  /** The leg another one took the place of, until the PBX or we end it. */
  old: CallLeg | null = null;
  /** Who is at the other end now. */
  remote: RemoteParty;
  media: CallMedia | null = null;
  relay: Relay | null = null;
  end: CallEnd | null = null;
  step: CallStep | null = null;
  /** Hold, transfer or move is under way: one at a time. */
  changing = false;
  /** Supercanonical numbers the call was at (VOX-131), this line's among them. */
  readonly chain: string[] = [];
  /** Who was called at first, as the PBX told (Diversion, History-Info). */
  diverted: RemoteParty | null = null;
  /** Users the call is over for while it goes on for others: rejected, or answered elsewhere. */
  readonly parted = new Map<UserId, NonNullable<CallView['end']>>();
  /** Lines by which users beyond those of the facts take part: forwarding list, pick-up. */
  private readonly added = new Map<UserId, LineEntry>();
  private readonly forwardedBy = new Map<UserId, RemoteParty>();
  private effects: CallEffects | undefined;
  /** What becomes of a REFER of the PBX. */
  referred: (leg: CallLeg, request: ReferRequest) => void = (_leg, request) => request.reject(603);

  constructor(facts: CallFacts, phase: CallPhase, time: Clock & Scheduler) {
    this.facts = facts;
    this.remote = facts.remote;
    this.phase = phase;
    this.startedAt = time.now();
    this.timers = new Timers(time);
    this.quality = new QualityWatch(time);
  }

  get id(): CallId {
    return this.facts.id;
  }

  get tenantId(): TenantId {
    return this.facts.entry.tenantId;
  }

  /** Everybody who takes or took part. */
  get everybody(): readonly UserId[] {
    return [...this.facts.users, ...this.added.keys()];
  }

  /** Users the call is not over for (limits count these). */
  get users(): readonly UserId[] {
    return this.everybody.filter((user) => !this.parted.has(user));
  }

  get held(): boolean {
    return this.near?.media?.held ?? false;
  }

  get remoteHeld(): boolean {
    return this.near?.media?.remoteHeld ?? false;
  }

  /** The line by which a user takes part: its group's switches count for the user. */
  entryOf(userId: UserId): LineEntry {
    return this.added.get(userId) ?? this.facts.entry;
  }

  /**
   * Lets a user take part who was not called at first.
   * @param by who was called, for the user to see
   */
  addUser(userId: UserId, entry: LineEntry, by: RemoteParty | null): void {
    this.parted.delete(userId);
    if (!this.facts.users.includes(userId)) this.added.set(userId, entry);
    if (by) this.forwardedBy.set(userId, by);
  }

  /** Says what the actions of the table do for this call. */
  attach(effects: CallEffects): void {
    this.effects = effects;
  }

  /** Whether an input would mean anything now. */
  takes(input: CallInput): boolean {
    return transition(this.phase, input) !== undefined;
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

  /** What the user may do with the call now (LIN-026). */
  functionsFor(userId: UserId, hasOther: boolean): CallFunction[] {
    if (this.parted.has(userId)) return [];
    const situation = situations[this.phase];
    return functionsNow({
      situation: situation === 'talking' && this.held ? 'held' : situation,
      on: this.entryOf(userId).group.functions,
      emergency: this.facts.emergency,
      hasOther,
    });
  }

  /**
   * The call as one user's devices see it.
   * @param hasOther the user has another call to switch to or to join with this one
   */
  viewFor(userId: UserId, hasOther = false): CallView {
    const { facts, end } = this;
    const parted = this.parted.get(userId);
    const entry = this.entryOf(userId);
    const original = this.facts.direction === 'incoming' ? this.diverted : null;
    return {
      id: facts.id,
      direction: facts.direction,
      state: parted ? 'ended' : viewState[this.phase],
      remote: this.remote,
      lineId: entry.line.id,
      lineNumber: entry.number,
      deviceId: this.deviceId,
      startedAt: this.startedAt.toISOString(),
      answeredAt: this.answeredAt?.toISOString() ?? null,
      hideReject: entry.group.hideRejectButton,
      emergency: facts.emergency,
      held: this.held,
      remoteHeld: this.remoteHeld,
      functions: this.functionsFor(userId, hasOther),
      forwardedBy: this.forwardedBy.get(userId) ?? original,
      pbxEncrypted: this.near?.media?.encrypted ?? null,
      transferring: !parted && situations[this.phase] === 'transferring',
      end:
        parted ?? (end && { by: end.by, cause: end.cause, sipCode: end.sipCode, elsewhere: false }),
    };
  }
}
