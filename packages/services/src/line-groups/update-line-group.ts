import type { LineGroupId } from '@trunkline/contracts/ids.ts';
import { type LineGroup, updateLineGroup as schema } from '@trunkline/contracts/lines.ts';
import { coupledCodecs } from '@trunkline/contracts/media.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { lineGroups } from '@trunkline/database/tenant/lines.ts';
import { and, eq } from 'drizzle-orm';
import { fieldsOf, given } from '../core/changes.ts';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { checkVersion } from '../core/versions.ts';
import { rebindLines } from '../lines/binding.ts';
import { replaceLines, takeNumbers } from '../lines/full-number.ts';
import { claimPeers } from './claim-peers.ts';
import { checkGroup, templateOf } from './group-settings.ts';
import { lineGroupResource } from './line-group-resource.ts';
import { templateRef } from './pbx-templates.ts';
import { lockGroup, requireRegisterLine, settleRegisterLine } from './register-line.ts';
import { requireLocation } from './require-location.ts';

/**
 * Changes a line group. With another location its lines get new numbers and bindings follow;
 * `registerLineId` moves the Register or Refresher mark (LIN-056, LIN-057).
 * @throws TrunklineError `not_found`, `precondition_failed`, `already_exists`
 */
export async function updateLineGroup(
  ctx: Context,
  lineGroupId: LineGroupId,
  input: unknown,
  ifMatch?: string,
): Promise<LineGroup> {
  requireScope(ctx, 'lines:write');
  const { rejectResponse, ...wanted } = parse(schema, input);
  const template = wanted.template ? templateOf(wanted.template) : null;
  const tenantId = tenantOf(ctx);
  return changeTenant(ctx, async (tx, effects) => {
    const current = await lockGroup(tx, lineGroupId);
    checkVersion(ifMatch, current.version);
    const next = { ...current, ...given(wanted) };
    checkGroup(next);
    if (wanted.registerLineId !== undefined)
      await requireRegisterLine(tx, next, wanted.registerLineId);
    if (wanted.locationId !== undefined) await requireLocation(tx, wanted.locationId);
    const moved = (['locationId', 'locationMode', 'numbersAutomatic'] as const).some(
      (field) => next[field] !== current[field],
    );
    const [changed] = await tx
      .update(lineGroups)
      .set({
        ...given(wanted),
        ...(template && { template: templateRef(template) }),
        clientCodecs: coupledCodecs(next.pbxCodecs, next.clientCodecs),
        ...(rejectResponse === undefined ? {} : { rejectResponse: String(rejectResponse) }),
        updatedAt: ctx.clock.now(),
        version: current.version + 1,
      })
      .where(and(eq(lineGroups.tenantId, tenantId), eq(lineGroups.id, lineGroupId)))
      .returning();
    if (moved) {
      if (next.numbersAutomatic && !current.numbersAutomatic)
        await takeNumbers(tx, tenantId, lineGroupId);
      await replaceLines(tx, tenantId, lineGroupId);
      if (await rebindLines(tx, tenantId)) effects.publish('directory.changed', {});
    }
    if (wanted.kind !== undefined || wanted.peerAddresses !== undefined)
      await claimPeers(tx, found(changed));
    const settled = await settleRegisterLine(tx, tenantId, found(changed));
    effects.audit('line_group.update', lineGroupId, {
      ...fieldsOf({ ...wanted, rejectResponse }),
      ...(wanted.tlsVerify && { tlsVerify: wanted.tlsVerify }),
    });
    effects.publish('config.changed', {});
    return lineGroupResource(settled);
  });
}
