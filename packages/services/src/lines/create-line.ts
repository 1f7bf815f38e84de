import { newId } from '@trunkline/contracts/ids.ts';
import { type Line, createLine as schema } from '@trunkline/contracts/lines.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { type ControlContext, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { lockNamedGroup, settleRegisterLine } from '../line-groups/register-line.ts';
import { requireLocation } from '../line-groups/require-location.ts';
import { numberOfLine } from './automatic-number.ts';
import { rebindLines } from './binding.ts';
import { allLocations } from './full-number.ts';
import { sealLinePassword } from './line-password.ts';
import { placeLine } from './line-place.ts';
import { lineResource } from './line-resource.ts';

/**
 * Creates a line; users with its number get it at once (LIN-005). The first used one of a trunk
 * registers it.
 * @throws TrunklineError `already_exists` for the same number and suffix in the group (LIN-012)
 */
export async function createLine(ctx: ControlContext, input: unknown): Promise<Line> {
  requireScope(ctx, 'lines:write');
  const { password, ...wanted } = parse(schema, input);
  const tenantId = tenantOf(ctx);
  const id = newId('line');
  const sealedPassword = password
    ? await sealLinePassword(ctx.keyring, tenantId, id, password)
    : null;
  return changeTenant(ctx, async (tx, effects) => {
    const group = await lockNamedGroup(tx, wanted.lineGroupId);
    const line = { ...wanted, ...numberOfLine(wanted, group.numbersAutomatic) };
    if (line.locationId !== null) await requireLocation(tx, line.locationId);
    const [row] = await tx
      .insert(lines)
      .values({
        tenantId,
        id,
        ...line,
        sealedPassword,
        ...placeLine(line, group, await allLocations(tx)),
      })
      .returning();
    await settleRegisterLine(tx, tenantId, group);
    if (await rebindLines(tx, tenantId)) effects.publish('directory.changed', {});
    effects.audit('line.create', id, { lineGroupId: wanted.lineGroupId });
    effects.publish('config.changed', {});
    return lineResource(tx, found(row));
  });
}
