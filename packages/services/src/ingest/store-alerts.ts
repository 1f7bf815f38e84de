import type { Alert } from '@trunkline/contracts/alerts.ts';
import type { EventEnvelope } from '@trunkline/contracts/call-events.ts';
import type { LimitReason } from '@trunkline/contracts/call-limits.ts';
import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { alerts } from '@trunkline/database/tenant/diagnosis.ts';
import { lineGroups, lines } from '@trunkline/database/tenant/lines.ts';
import { and, eq, isNull, sql } from 'drizzle-orm';

interface NewAlert extends Pick<Alert, 'kind' | 'severity' | 'subject' | 'params'> {
  /** What makes two alerts of a kind the same. */
  readonly causeKey: string;
  readonly at: Date;
}

/** Limits that honest use hardly reaches: somebody may be dialling at the tenant's cost. */
const critical: ReadonlySet<LimitReason> = new Set([
  'call_rate',
  'user_call_rate',
  'foreign_minutes',
]);

/** Opens an alert, or counts the open one of the same cause up. */
async function raise(tx: TenantTransaction, tenantId: TenantId, alert: NewAlert): Promise<void> {
  const { at, ...fields } = alert;
  await tx
    .insert(alerts)
    .values({ tenantId, id: newId('alert'), ...fields, firstAt: at, lastAt: at })
    .onConflictDoUpdate({
      target: [alerts.tenantId, alerts.kind, alerts.causeKey],
      targetWhere: isNull(alerts.resolvedAt),
      set: {
        count: sql`${alerts.count} + 1`,
        firstAt: sql`least(${alerts.firstAt}, excluded.first_at)`,
        lastAt: sql`greatest(${alerts.lastAt}, excluded.last_at)`,
        params: sql`excluded.params`,
      },
    });
}

/** The toll-fraud floor refused a call (VOX-133). */
export async function alertOfLimit(
  tx: TenantTransaction,
  tenantId: TenantId,
  event: EventEnvelope & { type: 'limit.hit' },
): Promise<void> {
  const { reason, userId, lineId, destination } = event.data;
  // One alert for the tenant's limits, one per user for a user's.
  const subject =
    reason === 'concurrent_calls' || reason === 'call_rate' ? null : (userId ?? lineId);
  await raise(tx, tenantId, {
    kind: 'call_limit',
    severity: critical.has(reason) ? 'critical' : 'warning',
    subject,
    params: { reason, ...(destination !== null && { destination }) },
    causeKey: `${reason} ${subject ?? ''}`,
    at: new Date(event.occurredAt),
  });
}

/** The PBX offered no encryption though it is required (VOX-117). */
export async function alertOfEnd(
  tx: TenantTransaction,
  tenantId: TenantId,
  event: EventEnvelope & { type: 'call.ended' },
  lineGroupId: string | null,
): Promise<void> {
  if (event.data.cause !== 'srtp_refused') return;
  await raise(tx, tenantId, {
    kind: 'srtp_refused',
    severity: 'warning',
    subject: lineGroupId,
    params: {},
    causeKey: lineGroupId ?? '',
    at: new Date(event.occurredAt),
  });
}

/**
 * A fixed-IP trunk that does not answer OPTIONS any more, or does again (LIN-045). Only the line
 * that sends them speaks for the trunk.
 */
export async function alertOfLineState(
  tx: TenantTransaction,
  tenantId: TenantId,
  event: EventEnvelope & { type: 'line.state' },
): Promise<void> {
  const { lineId, state } = event.data;
  if (state.state !== 'failed' && state.state !== 'open') return;
  const [group] = await tx
    .select({ id: lineGroups.id })
    .from(lines)
    .innerJoin(
      lineGroups,
      and(eq(lineGroups.tenantId, lines.tenantId), eq(lineGroups.id, lines.lineGroupId)),
    )
    .where(
      and(
        eq(lines.id, lineId),
        eq(lineGroups.kind, 'trunk_static'),
        eq(lineGroups.registerLineId, lineId),
      ),
    );
  if (!group) return;
  const at = new Date(event.occurredAt);
  if (state.state === 'failed')
    return raise(tx, tenantId, {
      kind: 'trunk_unreachable',
      severity: 'critical',
      subject: group.id,
      params: {
        category: state.reason.category,
        text: state.reason.text,
        ...(state.reason.sipCode !== null && { sipCode: String(state.reason.sipCode) }),
      },
      causeKey: group.id,
      at,
    });
  await tx
    .update(alerts)
    .set({ resolvedAt: at })
    .where(
      and(
        eq(alerts.tenantId, tenantId),
        eq(alerts.kind, 'trunk_unreachable'),
        eq(alerts.causeKey, group.id),
        isNull(alerts.resolvedAt),
      ),
    );
}
