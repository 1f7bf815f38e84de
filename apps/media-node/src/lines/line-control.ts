import type { LineGroupId, LineId } from '@trunkline/contracts/ids.ts';
import type { LineState } from '@trunkline/contracts/lines.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import type { Scheduler } from '../scheduler.ts';
import { leaderOf, leavesBinding, specOf } from './line-spec.ts';
import { lineStateOf, misconfigured, uninitialised } from './line-state.ts';
import { Pacer } from './pacer.ts';
import type { Registrar, Registration, RegistrationSpec, RegistrationStatus } from './registrar.ts';

export interface LineControlOptions {
  registrar: Registrar;
  time: Clock & Scheduler;
  logger: Logger;
  /** Opens the password of a line; null when it cannot be opened. */
  password: (jwe: string | null) => Promise<string | null>;
  onState: (entry: LineEntry, state: LineState) => void;
}

interface Line {
  entry: LineEntry;
  spec: RegistrationSpec;
  /** The line that opens this one: itself, or of a trunk the one that speaks for all. */
  leader: LineId;
  state: LineState;
  registration: Registration | undefined;
  /** The registration that may speak for the line; a replaced one is not heard. */
  attempt: object | undefined;
}

/**
 * Keeps the lines of all tenants registered at their PBXs. What is wanted comes from
 * configuration as a whole; only what changed is touched, so that a change of one line never
 * disturbs another.
 */
export class LineControl {
  private readonly options: LineControlOptions;
  private readonly lines = new Map<LineId, Line>();
  private readonly pacers = new Map<LineGroupId, Pacer>();
  private wanted: readonly LineEntry[] = [];
  private running: Promise<void> | undefined;
  private again = false;
  private closed = false;

  constructor(options: LineControlOptions) {
    this.options = options;
  }

  /** Brings the registrations to what is wanted now. */
  reconcile(wanted: readonly LineEntry[]): Promise<void> {
    this.wanted = wanted;
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.run().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  stateOf(lineId: LineId): LineState | undefined {
    return this.lines.get(lineId)?.state;
  }

  isOpen(lineId: LineId): boolean {
    return this.lines.get(lineId)?.state.state === 'open';
  }

  /** The line that opens this one: itself, or of a trunk the one that speaks for all. */
  openerOf(lineId: LineId): LineEntry | undefined {
    const line = this.lines.get(lineId);
    return line && this.lines.get(line.leader)?.entry;
  }

  /** The registration data of a line in use, for authenticating its calls. */
  specOf(lineId: LineId): RegistrationSpec | undefined {
    return this.lines.get(lineId)?.spec;
  }

  /** Opens a line afresh, of a trunk the whole trunk; its calls go on (LIN-020). */
  reset(lineId: LineId): void {
    const asked = this.lines.get(lineId);
    const line = asked && this.lines.get(asked.leader);
    if (!line) return;
    void this.end(line, false);
    this.setState(line, uninitialised(this.options.time.now()));
    this.queue(line);
  }

  /** Ends all registrations; with `unregister` the PBXs are told. */
  async close(unregister: boolean): Promise<void> {
    this.closed = true;
    for (const pacer of this.pacers.values()) pacer.stop();
    const lines = [...this.lines.values()];
    this.lines.clear();
    await Promise.all(lines.map((line) => this.end(line, unregister)));
  }

  private async run(): Promise<void> {
    do {
      this.again = false;
      await this.reconcileOnce(this.wanted);
    } while (this.again && !this.closed);
  }

  private async reconcileOnce(wanted: readonly LineEntry[]): Promise<void> {
    const ids = new Set(wanted.map((entry) => entry.line.id));
    for (const [id, line] of this.lines)
      if (!ids.has(id)) {
        this.lines.delete(id);
        this.pacers.get(line.entry.group.id)?.remove(id);
        void this.end(line, true);
      }
    const groups = Map.groupBy(wanted, (entry) => entry.group.id);
    for (const entry of wanted) {
      const leader = leaderOf(entry, groups.get(entry.group.id) ?? []);
      const password = await this.options.password(entry.line.password);
      const leading =
        leader === entry ? password : await this.options.password(leader.line.password);
      if (this.closed) return;
      const spec = specOf(entry, password, { entry: leader, password: leading });
      const fresh = this.bring(entry, leader.line.id, spec);
      if (!fresh) continue;
      if (entry.line.password !== null && password === null) {
        this.setState(
          fresh,
          misconfigured('the password cannot be opened by this node', this.options.time.now()),
        );
      } else {
        this.options.onState(entry, fresh.state);
        this.mirror(fresh);
        if (fresh.leader === entry.line.id) this.queue(fresh);
      }
    }
    this.dropIdlePacers(wanted);
  }

  /** Makes a line what it is to be. @returns the line when it starts afresh */
  private bring(entry: LineEntry, leader: LineId, spec: RegistrationSpec): Line | undefined {
    const { id } = entry.line;
    const line = this.lines.get(id);
    if (line && line.leader === leader && sameSpec(line.spec, spec)) {
      line.entry = entry;
      return undefined;
    }
    if (line) {
      // A moved binding must not stay behind at the old place; a new secret needs no farewell.
      const moved = line.leader !== leader || leavesBinding(line.spec, spec);
      void this.end(line, moved);
    }
    const led = leader === id ? undefined : this.lines.get(leader)?.state;
    const fresh: Line = {
      entry,
      spec,
      leader,
      state: led ?? uninitialised(this.options.time.now()),
      registration: undefined,
      attempt: undefined,
    };
    this.lines.set(id, fresh);
    return fresh;
  }

  /** The lines of a trunk stand as the one that speaks for them (LIN-049, LIN-050). */
  private mirror(line: Line): void {
    if (line.spec.kind === 'registration' || line.leader !== line.entry.line.id) return;
    for (const other of this.lines.values())
      if (other !== line && other.leader === line.leader) this.setState(other, line.state);
  }

  private dropIdlePacers(wanted: readonly LineEntry[]): void {
    const groups = new Set(wanted.map((entry) => entry.group.id));
    for (const [id, pacer] of this.pacers)
      if (!groups.has(id)) {
        pacer.stop();
        this.pacers.delete(id);
      }
  }

  private queue(line: Line): void {
    const { group } = line.entry;
    let pacer = this.pacers.get(group.id);
    if (!pacer) {
      pacer = new Pacer(this.options.time, group.registerDelayMs);
      this.pacers.set(group.id, pacer);
    }
    pacer.pauseMs = group.registerDelayMs;
    pacer.add(line.entry.line.id, () => this.start(line));
  }

  private start(line: Line): void {
    if (this.lines.get(line.entry.line.id) !== line) return;
    const attempt = {};
    line.attempt = attempt;
    const onStatus = (status: RegistrationStatus) => {
      if (line.attempt !== attempt) return;
      const { number, suffix } = line.entry.line;
      const name = { name: `${number}${suffix}`, hasPassword: line.spec.password !== null };
      this.setState(line, lineStateOf(status, name, line.state, this.options.time.now()));
    };
    try {
      const { registrar } = this.options;
      line.registration =
        line.spec.kind === 'trunk_static'
          ? registrar.monitor(line.spec, onStatus)
          : registrar.register(line.spec, onStatus);
    } catch (error) {
      // A domain or user name that makes no SIP address must not disturb other lines.
      const text = error instanceof Error ? error.message : String(error);
      this.setState(line, misconfigured(`no SIP address: ${text}`, this.options.time.now()));
    }
  }

  private setState(line: Line, state: LineState): void {
    const { logger, onState } = this.options;
    if (JSON.stringify(line.state) === JSON.stringify(state)) return;
    line.state = state;
    logger.info(
      {
        tenant: line.entry.tenantId,
        line: line.entry.line.id,
        state: state.state,
        category: state.reason.category,
        sipCode: state.reason.sipCode,
      },
      'line state',
    );
    onState(line.entry, state);
    this.mirror(line);
  }

  private async end(line: Line, unregister: boolean): Promise<void> {
    const { registration } = line;
    line.registration = undefined;
    line.attempt = undefined;
    if (!registration) return;
    if (!unregister) return registration.stop();
    try {
      await registration.unregister();
    } catch (error) {
      this.options.logger.warn({ line: line.entry.line.id, err: error }, 'unregistering failed');
    }
  }
}

function sameSpec(a: RegistrationSpec, b: RegistrationSpec): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
