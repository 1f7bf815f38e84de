import { newId } from '@trunkline/contracts/ids.ts';
import { type LineGroup, createLineGroup as schema } from '@trunkline/contracts/lines.ts';
import { coupledCodecs } from '@trunkline/contracts/media.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { lineGroups } from '@trunkline/database/tenant/lines.ts';
import { sql } from 'drizzle-orm';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { claimPeers } from './claim-peers.ts';
import { checkGroup, withPresets } from './group-settings.ts';
import { lineGroupResource } from './line-group-resource.ts';
import { requireLocation } from './require-location.ts';

/**
 * Creates a line group and gives it to a media node of the tenant's region (PLT-020). With a PBX
 * template its presets stand for fields that are not given (LIN-003).
 * @throws TrunklineError `already_exists` for a taken name or peer address, `invalid_request` for
 *   an unknown location or template
 */
export async function createLineGroup(ctx: Context, input: unknown): Promise<LineGroup> {
  requireScope(ctx, 'lines:write');
  const wanted = parse(schema, withPresets(input));
  checkGroup(wanted);
  const tenantId = tenantOf(ctx);
  return changeTenant(ctx, async (tx, effects) => {
    await requireLocation(tx, wanted.locationId);
    const [row] = await tx
      .insert(lineGroups)
      .values({
        tenantId,
        id: newId('lineGroup'),
        ...wanted,
        clientCodecs: coupledCodecs(wanted.pbxCodecs, wanted.clientCodecs),
        rejectResponse: String(wanted.rejectResponse),
      })
      .returning();
    const made = lineGroupResource(found(row));
    const [assigned] = await tx.execute<{ node: string | null }>(
      sql`select control.assign_node(${made.id}) as node`,
    );
    await claimPeers(tx, made);
    if (!assigned?.node)
      ctx.log.warn({ tenant: tenantId, lineGroup: made.id }, 'no media node is ready to serve');
    effects.audit('line_group.create', made.id, {
      node: assigned?.node ?? null,
      template: made.template,
      tlsVerify: made.tlsVerify,
    });
    effects.publish('config.changed', {});
    return made;
  });
}
