import { type Capture, startCapture as schema } from '@trunkline/contracts/captures.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { type LineGroupId, newId } from '@trunkline/contracts/ids.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { captures } from '@trunkline/database/tenant/diagnosis.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { and, eq, inArray } from 'drizzle-orm';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { lockGroup } from '../line-groups/register-line.ts';
import { captureResource, isRunning } from './capture-resource.ts';

/**
 * Starts to record the SIP messages of a line group, or of some of its lines, for a time (LIN-097,
 * LIN-098). One at a time per group.
 * @throws TrunklineError `not_found`, `capture_running`, `invalid_request` for lines of others
 */
export async function startCapture(
  ctx: Context,
  lineGroupId: LineGroupId,
  input: unknown,
): Promise<Capture> {
  requireScope(ctx, 'calls:write');
  const { lineIds, minutes } = parse(schema, input);
  const tenantId = tenantOf(ctx);
  return changeTenant(ctx, async (tx, effects) => {
    await lockGroup(tx, lineGroupId);
    const now = ctx.clock.now();
    const earlier = await tx.select().from(captures).where(eq(captures.lineGroupId, lineGroupId));
    if (earlier.some((row) => isRunning(row, now))) throw new TrunklineError('capture_running');
    if (lineIds) await requireLines(tx, lineGroupId, lineIds);
    const [row] = await tx
      .insert(captures)
      .values({
        tenantId,
        id: newId('capture'),
        lineGroupId,
        lineIds,
        startedAt: now,
        endsAt: new Date(now.getTime() + minutes * 60_000),
      })
      .returning();
    const made = captureResource(found(row), now);
    effects.audit('capture.start', made.id, { lineGroupId, lineIds, minutes });
    effects.publish('config.changed', {});
    return made;
  });
}

async function requireLines(
  tx: TenantTransaction,
  lineGroupId: string,
  lineIds: readonly string[],
): Promise<void> {
  const known = await tx
    .select({ id: lines.id })
    .from(lines)
    .where(and(eq(lines.lineGroupId, lineGroupId), inArray(lines.id, [...lineIds])));
  if (known.length === new Set(lineIds).size) return;
  throw new TrunklineError('invalid_request', {
    errors: [{ pointer: '/lineIds', message: 'lines of this group only' }],
  });
}
