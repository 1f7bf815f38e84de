import type { CallId, LineId, TenantId } from '@trunkline/contracts/ids.ts';
import type { DialogSnapshot } from '@trunkline/sip/dialog/dialog.ts';
import type { EarlyOrphan } from '@trunkline/sip/endpoint/early-orphan.ts';
import type { Recorder } from '../events/recorder.ts';
import type { EventSpool } from '../events/spool.ts';
import type { LifeSign, LiveRecord, LiveRecords } from './live-records.ts';

/** A PBX leg nobody looks after any more: it stands, or was never answered. */
export type OrphanLeg = { callId: CallId; lineId: LineId } & (
  | { dialog: DialogSnapshot }
  | { early: EarlyOrphan }
);

/**
 * Ends the calls an earlier start of this node left behind: each gets its `call.ended` exactly
 * once, however often the node dies on the way. To be run before the first new call.
 * @returns the PBX legs that still stand and need a BYE, and those that still ring
 */
export async function endLostCalls(o: {
  spool: EventSpool;
  recorder: Recorder;
  records: LiveRecords;
}): Promise<OrphanLeg[]> {
  const { spool, recorder, records } = o;
  const lost = new Map<CallId, { tenantId: TenantId; record: LiveRecord | undefined }>();
  for (const record of records.left) lost.set(record.callId, { tenantId: record.tenantId, record });
  const ended = new Set<CallId>();
  for (const event of await spool.all()) {
    if (event.call === null) continue;
    if (event.type === 'call.ended') ended.add(event.call);
    if (event.type === 'call.started' && !lost.has(event.call))
      lost.set(event.call, { tenantId: event.tenant, record: undefined });
  }
  for (const [callId, { tenantId, record }] of lost) {
    if (ended.has(callId)) continue;
    recorder.record(
      'call.ended',
      { tenantId, callId },
      {
        by: 'system',
        cause: 'node_lost',
        sipCode: null,
        text: 'the media node was restarted',
        durationMs: talkTime(record, records.lastSign),
      },
    );
  }
  await spool.flush();
  await records.forgetLeft();
  return records.left.flatMap(({ callId, lineId, dialog, far, early }) =>
    ended.has(callId)
      ? []
      : [
          ...[dialog, far].flatMap((leg) => (leg ? [{ callId, lineId, dialog: leg }] : [])),
          ...early.map((orphan) => ({ callId, lineId, early: orphan })),
        ],
  );
}

/** From the answer to the last sign of life, by the monotonic clock of the boot that died. */
function talkTime(record: LiveRecord | undefined, sign: LifeSign | null): number {
  if (!record || record.answeredMs === null || sign?.bootEpoch !== record.bootEpoch) return 0;
  return Math.max(0, Math.round(sign.monotonicMs - record.answeredMs));
}
