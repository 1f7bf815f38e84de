import {
  eventSchemaVersion,
  type NodeEventData,
  type NodeEventType,
} from '@trunkline/contracts/call-events.ts';
import { type CallId, type MediaNodeId, newId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { EventSpool, UnnumberedEvent } from './spool.ts';

/** Writes events of this node into the spool. */
export class Recorder {
  private readonly spool: EventSpool;
  private readonly node: MediaNodeId;
  private readonly clock: Clock;

  constructor(spool: EventSpool, node: MediaNodeId, clock: Clock) {
    this.spool = spool;
    this.node = node;
    this.clock = clock;
  }

  /** Records what happened now. */
  record<T extends NodeEventType>(
    type: T,
    about: { tenantId: TenantId; callId: CallId | null },
    data: NodeEventData<T>,
  ): void {
    this.spool.append({
      id: newId('event'),
      tenant: about.tenantId,
      call: about.callId,
      node: this.node,
      occurredAt: this.clock.now().toISOString(),
      schema: eventSchemaVersion,
      type,
      data,
    } as UnnumberedEvent);
  }
}
