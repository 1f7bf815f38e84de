import type { LocationId } from '@trunkline/contracts/ids.ts';
import { locations } from '@trunkline/database/tenant/locations.ts';
import { and, eq } from 'drizzle-orm';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { checkVersion } from '../core/versions.ts';
import { rebindLines } from '../lines/binding.ts';
import { replaceLines } from '../lines/full-number.ts';

/** Deletes a location no line group and no line is at. @throws TrunklineError `not_found`, `still_in_use` */
export async function deleteLocation(
  ctx: Context,
  locationId: LocationId,
  ifMatch?: string,
): Promise<void> {
  requireScope(ctx, 'locations:write');
  const tenantId = tenantOf(ctx);
  await changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx
      .select({ version: locations.version })
      .from(locations)
      .where(eq(locations.id, locationId))
      .for('update');
    checkVersion(ifMatch, found(row).version);
    await tx
      .delete(locations)
      .where(and(eq(locations.tenantId, tenantId), eq(locations.id, locationId)));
    await replaceLines(tx, tenantId);
    if (await rebindLines(tx, tenantId)) effects.publish('directory.changed', {});
    effects.audit('location.delete', locationId);
    effects.publish('config.changed', {});
  });
}
