import { forwardDecision } from '@trunkline/calls/forward-decision.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { ForwardList } from '@trunkline/contracts/forwarding.ts';
import type { UserId } from '@trunkline/contracts/ids.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import { planForward } from '../routing/forward-plan.ts';
import { partyOf } from '../routing/remote-party.ts';
import type { CallEnd } from './causes.ts';
import { partAll } from './effects.ts';
import type { CallEnvironment } from './environment.ts';
import { type ForwardOrder, forwardCall } from './forwarding.ts';
import { aboutOf, ended, noteRoute, publish } from './lifecycle.ts';
import type { LiveCall } from './live-call.ts';
import { reactionWhenNobody } from './reject.ts';

const statusWhenNobodyAnswers = 480;
const statusOfLoop = 486;
/** A device is just answering: look again when that is settled. */
const settleMs = 500;

/** Where an incoming call stands on its way through users and forwardings, before it is answered. */
export class RingCourse {
  /** Devices that ring, by user; missing while the edge has not said. */
  readonly devices = new Map<UserId, number>();
  private readonly env: CallEnvironment;
  private readonly call: LiveCall;
  /** What is left of the list of the line that rang first (LIN-016). */
  private list: ForwardList;
  /** How long it may ring at the present station of the list; null at the first line. */
  private stationSeconds: number | null = null;
  /** Monotonic milliseconds since when it rings where it is now. */
  private since: number;
  /** Nobody may send the call elsewhere: an emergency call-back (VOX-132). */
  private readonly fixed: boolean;

  constructor(env: CallEnvironment, call: LiveCall) {
    this.env = env;
    this.call = call;
    const { line } = call.facts.entry;
    this.list = line.forwardList;
    this.since = env.time.monotonic();
    this.fixed = env.callbacks.expects(line.id);
  }

  /** The call has arrived: the first look at the rules. */
  begin(): void {
    if (this.fixed) this.ring(this.call.facts.users);
    else this.look(null, null);
  }

  /** A user sends the ringing call elsewhere. @throws TrunklineError */
  redirect(userId: UserId, target: string): void {
    this.send({ reason: 'user', target, userId });
  }

  /** Applies the rules to what is known now. */
  private look(signedIn: boolean | null, rangSeconds: number | null): void {
    const { env } = this;
    const { entry } = this.call.facts;
    const decision = forwardDecision({
      callHandling: entry.line.callHandling,
      group: entry.group,
      signedIn,
      busy: this.isBusy(),
      mailbox: this.mailbox(),
      list: this.list,
      listAfterSeconds: env.bounds.listFirstSeconds,
      rangSeconds,
    });
    switch (decision.action) {
      case 'ring':
        if (signedIn === null && rangSeconds === null) this.ring(this.call.facts.users);
        else if (decision.seconds !== null) this.lookAgainIn(decision.seconds);
        return;
      case 'forward':
        if (decision.reason === 'list') this.goToNextOfList();
        else
          this.tryForward({
            reason: decision.reason,
            target: decision.target,
            userId: entry.line.userIds[0] ?? null,
          });
        return;
      case 'respond':
        this.respond(decision.response, decision.cause);
    }
  }

  /** The group's answer while nobody is there or the line is on do-not-disturb (LIN-062). */
  private respond(
    response: LineEntry['group']['notSignedInResponse'],
    cause: 'do_not_disturb' | 'not_signed_in',
  ): void {
    const { call, env } = this;
    const reaction = reactionWhenNobody(response);
    noteRoute(env, call, cause, `answered with ${response}`);
    if (!reaction.keepRinging) {
      call.input('nobodyRefuse', ended('system', cause, '', reaction.status));
      return;
    }
    call.timers.set('ring', env.bounds.unattendedMs, () => this.ringTimeout());
    call.input('nobodyKeep');
    this.since = env.time.monotonic();
    if (!this.fixed) this.look(true, 0);
  }

  /** Asks the edge to ring; the first device that rings makes the PBX ring. */
  private ring(users: readonly UserId[]): void {
    const { call, env } = this;
    this.since = env.time.monotonic();
    this.devices.clear();
    const asked = users.map(async (userId) => {
      const devices = await env.edge.ring(call.tenantId, userId, env.calls.viewOf(call, userId));
      this.devices.set(userId, devices);
      if (devices === 0 || call.parted.has(userId) || call.phase === 'ended') return;
      env.recorder.record('call.ringing', aboutOf(call), { userId, devices });
      call.input('devicesRing');
    });
    Promise.all(asked).then(
      () => this.rangOrNot(users),
      (error: unknown) => {
        env.logger.error({ call: call.id, err: error }, 'ringing failed');
        this.rangOrNot(users);
      },
    );
  }

  private rangOrNot(users: readonly UserId[]): void {
    const { call } = this;
    if (!call.takes('forwardTried')) return;
    const rings = users.some((userId) => (this.devices.get(userId) ?? 0) > 0);
    if (this.stationSeconds !== null) {
      // At a station of the list nobody rings at, waiting helps nobody while there is a next one.
      if (!rings && this.list.length > 0) this.goToNextOfList();
      else this.lookAgainIn(this.stationSeconds);
    } else if (this.fixed) {
      if (!rings) this.respond(180, 'not_signed_in');
    } else if (rings) this.look(true, 0);
    else this.look(false, null);
  }

  private lookAgainIn(seconds: number): void {
    this.call.timers.set('forward', seconds * 1000, () => this.lookAgain());
  }

  private lookAgain(): void {
    const { call, env } = this;
    if (call.phase === 'answering') {
      call.timers.set('forward', settleMs, () => this.lookAgain());
      return;
    }
    if (!call.takes('forwardTried')) return;
    if (this.stationSeconds !== null) this.goToNextOfList();
    else this.look(true, Math.round((env.time.monotonic() - this.since) / 1000));
  }

  /**
   * The administrative list (LIN-015): a target that is one of our lines rings here, at any other
   * the list ends, as nobody tells us what becomes of the call there (LIN-017).
   */
  private goToNextOfList(): void {
    const { call, env } = this;
    const [next, ...rest] = this.list;
    if (!next) return;
    this.list = rest;
    const { entry } = call.facts;
    const plan = planForward(next.number, entry);
    const tenant = env.tenants.get(call.tenantId);
    const target = plan.ok ? tenant?.lineOf(plan.dialled.number) : undefined;
    if (!tenant || !target || target.line.userIds.length === 0) {
      this.list = [];
      this.tryForward({ reason: 'list', target: next.number, userId: null });
      return;
    }
    if (call.chain.includes(target.number) || target.line.callHandling.doNotDisturb) {
      noteRoute(env, call, 'list_skipped', 'been there, or on do-not-disturb', target.number);
      this.goToNextOfList();
      return;
    }
    call.chain.push(target.number);
    noteRoute(env, call, 'list', `rings ${next.seconds} s`, target.number);
    this.stationSeconds = next.seconds;
    partAll(env, call);
    const original = partyOf(tenant, entry.location, entry.number);
    for (const userId of target.line.userIds) call.addUser(userId, target, original);
    this.ring(target.line.userIds);
  }

  private tryForward(order: ForwardOrder): void {
    const { call, env } = this;
    try {
      this.send(order);
    } catch (error) {
      if (!(error instanceof TrunklineError)) throw error;
      env.logger.info({ call: call.id, code: error.code }, 'forwarding not possible');
      if (this.toMailbox(order.reason) || !call.takes('forwardTried')) return;
      if (error.detail === 'loop' || error.detail === 'too_deep')
        call.input('nobodyRefuse', ended('system', 'loop', 'forwarded in a circle', statusOfLoop));
      else if (order.reason === 'signed_out' || order.reason === 'mailbox')
        this.respond(call.facts.entry.group.notSignedInResponse, 'not_signed_in');
      // A rule that cannot be followed must not keep the call from its user.
      else if (order.reason === 'always' || order.reason === 'busy') this.ring(call.facts.users);
    }
  }

  private send(order: ForwardOrder): void {
    forwardCall(this.env, this.call, order, (end) => this.targetLost(order, end));
  }

  /** A target did not take the call: the mailbox may (VOX-131). */
  private targetLost(order: ForwardOrder, end: CallEnd | null): boolean {
    if (end?.cause === 'answered_elsewhere') return false;
    return this.toMailbox(order.reason);
  }

  private toMailbox(reason: ForwardOrder['reason']): boolean {
    const mailbox = this.mailbox();
    if (mailbox === null || reason === 'mailbox' || reason === 'user') return false;
    try {
      this.send({ reason: 'mailbox', target: mailbox, userId: null });
      return true;
    } catch (error) {
      if (!(error instanceof TrunklineError)) throw error;
      return false;
    }
  }

  private mailbox(): string | null {
    const tenant = this.env.tenants.get(this.call.tenantId);
    for (const userId of this.call.facts.entry.line.userIds) {
      const mailbox = tenant?.entryOf(userId)?.mailbox;
      if (mailbox) return mailbox;
    }
    return null;
  }

  /** Every user of the line talks on it. */
  private isBusy(): boolean {
    const { line, tenantId } = this.call.facts.entry;
    return (
      line.userIds.length > 0 &&
      line.userIds.every((userId) =>
        this.env.calls
          .standingOf(tenantId, userId)
          .some((other) => other.entryOf(userId).line.id === line.id),
      )
    );
  }

  /** Nobody answered within the bound. */
  ringTimeout(): void {
    this.call.input(
      'ringTimeout',
      ended('system', 'no_answer', 'nobody answered in time', statusWhenNobodyAnswers),
    );
  }

  /** A user is out, the others' devices ring on: who they are. */
  ringingBut(userId: UserId): UserId[] {
    return this.call.users.filter(
      (other) => other !== userId && (this.devices.get(other) ?? 1) > 0,
    );
  }

  /** From now on the caller hears ringing though nobody's devices ring. */
  keepRinging(): void {
    const { call, env } = this;
    call.timers.set('ring', env.bounds.unattendedMs, () => this.ringTimeout());
    call.input('rejectedKeep');
    publish(env, call);
  }
}
