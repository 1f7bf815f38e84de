import type { LineId, MediaNodeId, TenantId } from '@trunkline/contracts/ids.ts';
import { isId } from '@trunkline/contracts/ids.ts';
import {
  type ControlToNode,
  type NodeToControl,
  nodeToControl,
} from '@trunkline/contracts/link.ts';
import type { NodeListeners } from '@trunkline/contracts/listeners.ts';
import { supersedes } from '@trunkline/contracts/node-config.ts';
import type { Platform } from '@trunkline/services/core/context.ts';
import { storeListeners } from '@trunkline/services/link/store-listeners.ts';
import { publishConfig, sectionOf } from '@trunkline/services/node-config/publish-config.ts';
import { tenantsOfNode } from '@trunkline/services/node-config/tenants-of-node.ts';
import { eventsFrame, type Position, storeEvents } from './event-store.ts';

type Held = { epoch: number; version: number };

/** Event frames a node may have under way before it is told to slow down by losing its link. */
const maxQueued = 40;
/** Changes that come together make one document. */
const settleMs = 60;
const retry = { minMs: 250, maxMs: 5_000 };

export interface NodeSessionOptions {
  readonly platform: Platform;
  readonly nodeId: MediaNodeId;
  readonly send: (frame: ControlToNode) => void;
  /** The node sends faster than we store, or what is no frame. */
  readonly fail: (reason: 'overloaded' | 'protocol_error') => void;
}

/** The conversation with one media node: its configuration goes out, its events come in. */
export class NodeSession {
  readonly #options: NodeSessionOptions;
  readonly #held = new Map<string, Held>();
  readonly #dirty = new Set<TenantId>();
  readonly #events: (readonly unknown[])[] = [];
  #listed = false;
  #publishing = false;
  #ingesting = false;
  #closed = false;

  constructor(options: NodeSessionOptions) {
    this.#options = options;
  }

  receive(input: unknown): void {
    const events = eventsFrame.safeParse(input).data?.events;
    if (events) {
      this.#take(events);
      return;
    }
    const parsed = nodeToControl.safeParse(input);
    if (!parsed.success) {
      this.#options.platform.log.warn(
        { node: this.#options.nodeId, issues: parsed.error.issues.slice(0, 3) },
        'unreadable frame from media node',
      );
      this.#options.fail('protocol_error');
      return;
    }
    const frame = parsed.data;
    if (frame.t === 'config.have') this.#have(frame.sections);
    else if (frame.t === 'config.result') this.#result(frame);
    else if (frame.t === 'listeners') this.#listens(frame.told);
  }

  /** A tenant changed; sends its document if that made a new one. */
  changed(tenantId: TenantId): void {
    if (!this.#listed || this.#closed) return;
    this.#dirty.add(tenantId);
    void this.#publish();
  }

  /** Looks at every tenant of the node: after connecting, and now and then in case a hint was lost. */
  async resync(): Promise<void> {
    if (!this.#listed || this.#closed) return;
    try {
      const served = await tenantsOfNode(this.#options.platform, this.#options.nodeId);
      for (const tenantId of served) this.#dirty.add(tenantId);
    } catch (error) {
      // The next round looks again.
      this.#options.platform.log.warn({ err: error }, 'tenants of node not read');
    }
    await this.#publish();
  }

  resetLine(lineId: LineId): void {
    this.#options.send({ t: 'line.reset', lineId });
  }

  /** An older node passes over the frame; the view then shows calls alone. */
  watchLine(lineId: LineId, until: string): void {
    this.#options.send({ t: 'line.watch', lineId, until });
  }

  close(): void {
    this.#closed = true;
    this.#events.length = 0;
  }

  #listens(told: NodeListeners): void {
    const { platform, nodeId } = this.#options;
    storeListeners(platform, nodeId, told).catch((error: unknown) => {
      // Told again with the next link; until then the last ones stand.
      platform.log.warn({ err: error, node: nodeId }, 'listeners of node not stored');
    });
  }

  #have(sections: Readonly<Record<string, Held>>): void {
    this.#held.clear();
    for (const [section, held] of Object.entries(sections)) {
      this.#held.set(section, held);
      const tenantId = section.replace(/^tenant\//, '');
      if (isId('tenant', tenantId)) this.#dirty.add(tenantId);
    }
    this.#listed = true;
    void this.resync();
  }

  #result(frame: Extract<NodeToControl, { t: 'config.result' }>): void {
    const { platform, nodeId } = this.#options;
    const { section, epoch, version } = frame;
    if (frame.ok) this.#held.set(section, { epoch, version });
    else
      platform.log.error(
        { node: nodeId, section, epoch, version, reason: frame.error },
        'media node refused its configuration',
      );
  }

  async #publish(): Promise<void> {
    if (this.#publishing) return;
    this.#publishing = true;
    let waitMs = settleMs;
    try {
      while (this.#dirty.size > 0 && !this.#closed) {
        await pause(waitMs);
        const batch = [...this.#dirty];
        this.#dirty.clear();
        waitMs = (await this.#publishAll(batch)) ? settleMs : Math.min(waitMs * 3, retry.maxMs);
      }
    } finally {
      this.#publishing = false;
    }
  }

  /** @returns false when something has to be tried again */
  async #publishAll(tenants: readonly TenantId[]): Promise<boolean> {
    let fine = true;
    for (const tenantId of tenants) {
      if (this.#closed) return true;
      try {
        await this.#publishOne(tenantId);
      } catch (error) {
        const { platform, nodeId } = this.#options;
        platform.log.warn(
          { err: error, node: nodeId, tenant: tenantId },
          'configuration not published',
        );
        this.#dirty.add(tenantId);
        fine = false;
      }
    }
    return fine;
  }

  async #publishOne(tenantId: TenantId): Promise<void> {
    const { platform, nodeId, send } = this.#options;
    const document = await publishConfig(platform, tenantId, nodeId);
    const held = this.#held.get(sectionOf(tenantId));
    if (!document) {
      if (held)
        platform.log.error({ node: nodeId, tenant: tenantId }, 'node holds a tenant nobody knows');
      return;
    }
    if (supersedes(document, held)) {
      // Counted as held at once: the same version is not sent twice on one link.
      this.#held.set(document.section, { epoch: document.epoch, version: document.version });
      send({ t: 'config', jws: document.jws });
    } else if (held && supersedes(held, document))
      platform.log.error(
        { node: nodeId, tenant: tenantId, held, ours: document.version },
        'node holds a newer configuration than the database: was it restored? raise the epoch',
      );
  }

  #take(events: readonly unknown[]): void {
    this.#events.push(events);
    if (this.#events.length > maxQueued) this.#options.fail('overloaded');
    else void this.#ingest();
  }

  async #ingest(): Promise<void> {
    if (this.#ingesting) return;
    this.#ingesting = true;
    let waitMs = retry.minMs;
    try {
      for (let next = this.#events[0]; next && !this.#closed; next = this.#events[0]) {
        const { platform, nodeId } = this.#options;
        let stored: Position[];
        try {
          stored = await storeEvents(platform, nodeId, next);
        } catch (error) {
          // Nothing was acknowledged: the node keeps them, and so do we while the link stands.
          platform.log.warn({ err: error, node: nodeId }, 'events not stored yet');
          await pause(waitMs);
          waitMs = Math.min(waitMs * 2, retry.maxMs);
          continue;
        }
        waitMs = retry.minMs;
        this.#events.shift();
        for (const at of this.#closed ? [] : stored) this.#options.send({ t: 'events.ack', ...at });
      }
    } finally {
      this.#ingesting = false;
    }
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
