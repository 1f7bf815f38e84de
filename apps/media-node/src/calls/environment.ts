import type { TollGuard } from '@trunkline/calls/toll-guard.ts';
import type { CallView } from '@trunkline/contracts/calls.ts';
import type { CallId, TenantId, UserId } from '@trunkline/contracts/ids.ts';
import type { CallQuality } from '@trunkline/contracts/media.ts';
import type { MediaEngine } from '@trunkline/media/engine.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { LineGroupConfig } from '../config/tenant-model.ts';
import type { Tenants } from '../config/tenants.ts';
import type { Recorder } from '../events/recorder.ts';
import type { LineControl } from '../lines/line-control.ts';
import type { Scheduler } from '../scheduler.ts';
import type { CallTrace } from '../sip/call-trace.ts';
import type { CallBounds } from './bounds.ts';
import type { EmergencyCallbacks } from './emergency-callbacks.ts';
import type { CallLimits } from './limits.ts';
import type { LiveRecords } from './live-records.ts';
import type { PbxPort } from './pbx.ts';
import type { CallRegistry } from './registry.ts';

/** The edge as call control needs it. */
export interface EdgePort {
  /** Rings the user's devices; how many ring. 0 when the edge is away or silent. */
  ring(tenantId: TenantId, userId: UserId, call: CallView): Promise<number>;
  callChanged(tenantId: TenantId, userId: UserId, call: CallView): void;
  quality(tenantId: TenantId, userId: UserId, callId: CallId, quality: CallQuality): void;
}

/** All that call control works with. */
export interface CallEnvironment {
  readonly time: Clock & Scheduler;
  readonly logger: Logger;
  readonly tenants: Tenants;
  readonly lines: Pick<LineControl, 'isOpen' | 'specOf'>;
  readonly engine: MediaEngine;
  readonly pbx: PbxPort;
  readonly edge: EdgePort;
  readonly recorder: Recorder;
  readonly records: LiveRecords;
  readonly trace: Pick<CallTrace, 'follow' | 'release' | 'reassign'>;
  readonly calls: CallRegistry;
  readonly limits: CallLimits;
  /** Toll-fraud floor, counted on this node (VOX-133). */
  readonly toll: TollGuard;
  readonly callbacks: EmergencyCallbacks;
  /** Addresses the PBX of a group is known at: behind NAT its media may come from there. */
  readonly addressesOf: (group: LineGroupConfig) => readonly string[];
  readonly bounds: CallBounds;
  /** Where RTP is bound, and what the PBX is told. */
  readonly rtp: { bindAddress: string; advertisedAddress: string };
}
