import type { CallView } from '@trunkline/contracts/calls.ts';
import { type CallId, newId, type TenantId, type UserId } from '@trunkline/contracts/ids.ts';
import type { LineState } from '@trunkline/contracts/lines.ts';
import { type EdgeToNode, edgeToNode, type NodeToEdge } from '@trunkline/contracts/link.ts';
import type { CallQuality } from '@trunkline/contracts/media.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import { connectLink, type Link } from '@trunkline/platform/link-client.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { CommandFrame, CommandResult } from '../calls/commands.ts';
import type { EdgePort } from '../calls/environment.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import type { Scheduler } from '../scheduler.ts';
import type { HelloMaker } from './hello.ts';

export type Serving = Extract<NodeToEdge, { t: 'serving' }>['tenants'];

export interface EdgeLinkOptions {
  url: string;
  hello: HelloMaker;
  /** Everything this node serves right now. */
  serving: () => Serving;
  onCommand: (frame: CommandFrame) => Promise<CommandResult>;
  onDeviceGone: (frame: Extract<EdgeToNode, { t: 'device.gone' }>) => void;
  /** How long the edge may take to say how many devices ring, ms. */
  ringResultMs: number;
  time: Clock & Scheduler;
  logger: Logger;
}

const maxPendingRings = 1000;
/** Changes that come together are told together. */
const servingDelayMs = 20;

/** The link to the region's edge: rings and call changes go out, commands come in. */
export class EdgeLink implements EdgePort {
  private readonly options: EdgeLinkOptions;
  private readonly link: Link;
  private readonly rings = new Map<string, (devices: number) => void>();
  private cancelServing: (() => void) | undefined;

  constructor(options: EdgeLinkOptions) {
    this.options = options;
    this.link = connectLink({
      url: options.url,
      hello: options.hello,
      onWelcome: () => this.sayServing(),
      onFrame: (frame) => this.receive(frame),
      onDown: () => this.answerRings(),
      logger: options.logger,
      clock: options.time,
    });
  }

  get up(): boolean {
    return this.link.up;
  }

  ring(tenantId: TenantId, userId: UserId, call: CallView): Promise<number> {
    const id = newId('request');
    const frame: NodeToEdge = { t: 'ring', id, tenant: tenantId, userId, call };
    if (this.rings.size >= maxPendingRings || !this.link.send(frame)) return Promise.resolve(0);
    return new Promise((resolve) => {
      const settle = (devices: number) => {
        cancel();
        this.rings.delete(id);
        resolve(devices);
      };
      const cancel = this.options.time.after(this.options.ringResultMs, () => {
        this.options.logger.warn({ tenant: tenantId, call: call.id }, 'edge did not say who rings');
        settle(0);
      });
      this.rings.set(id, settle);
    });
  }

  callChanged(tenantId: TenantId, userId: UserId, call: CallView): void {
    this.say({ t: 'call.changed', tenant: tenantId, userId, call });
  }

  quality(tenantId: TenantId, userId: UserId, callId: CallId, quality: CallQuality): void {
    this.say({ t: 'call.quality', tenant: tenantId, userId, callId, quality });
  }

  lineState(entry: LineEntry, state: LineState): void {
    this.say({ t: 'line.state', tenant: entry.tenantId, lineId: entry.line.id, state });
  }

  /** Whom this node serves has changed. */
  servingChanged(): void {
    this.cancelServing ??= this.options.time.after(servingDelayMs, () => {
      this.cancelServing = undefined;
      this.sayServing();
    });
  }

  close(): void {
    this.cancelServing?.();
    this.answerRings();
    this.link.close();
  }

  private sayServing(): void {
    this.say({ t: 'serving', tenants: this.options.serving() });
  }

  /** What cannot be said now is in the next `serving`, which follows every welcome. */
  private say(frame: NodeToEdge): void {
    if (this.link.up && !this.link.send(frame))
      this.options.logger.warn({ frame: frame.t }, 'edge link is full');
  }

  private receive(input: unknown): void {
    const parsed = edgeToNode.safeParse(input);
    if (!parsed.success) {
      this.options.logger.warn(
        { issue: parsed.error.issues[0]?.message },
        'unreadable frame from edge',
      );
      return;
    }
    const frame = parsed.data;
    if (frame.t === 'ring.result') this.rings.get(frame.id)?.(Math.max(0, frame.devices));
    else if (frame.t === 'device.gone') this.options.onDeviceGone(frame);
    else if (frame.t === 'command')
      void this.options
        .onCommand(frame)
        .then((result) => this.say({ t: 'result', id: frame.id, ...result }));
  }

  /** Without an edge nobody rings. */
  private answerRings(): void {
    for (const settle of [...this.rings.values()]) settle(0);
  }
}
