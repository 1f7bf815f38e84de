import type { LocationId } from '@trunkline/contracts/ids.ts';
import { type Location, updateLocation as schema } from '@trunkline/contracts/locations.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { locations } from '@trunkline/database/tenant/locations.ts';
import { and, eq } from 'drizzle-orm';
import { fieldsOf, given } from '../core/changes.ts';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { checkVersion } from '../core/versions.ts';
import { rebindLines } from '../lines/binding.ts';
import { replaceLines } from '../lines/full-number.ts';
import { locationResource } from './location-resource.ts';

/**
 * Changes a location; its lines get the numbers it now makes, and bindings follow (LIN-090).
 * @throws TrunklineError `not_found`, `precondition_failed`, `invalid_request` when the fields
 * given do not fit the ones that stay
 */
export async function updateLocation(
  ctx: Context,
  locationId: LocationId,
  input: unknown,
  ifMatch?: string,
): Promise<Location> {
  requireScope(ctx, 'locations:write');
  const wanted = parse(schema, input);
  const tenantId = tenantOf(ctx);
  return changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx
      .select()
      .from(locations)
      .where(eq(locations.id, locationId))
      .for('update');
    const current = found(row);
    checkVersion(ifMatch, current.version);
    const { exchangeType, baseNumber, ddiFrom, ddiTo, internalLengthMin, internalLengthMax } = {
      ...current,
      ...given(wanted),
    };
    // Rules over several fields hold for what comes out, not only for what was sent.
    parse(schema, {
      exchangeType,
      baseNumber,
      ddiFrom,
      ddiTo,
      internalLengthMin,
      internalLengthMax,
    });
    const [changed] = await tx
      .update(locations)
      .set({ ...given(wanted), updatedAt: ctx.clock.now(), version: current.version + 1 })
      .where(and(eq(locations.tenantId, tenantId), eq(locations.id, locationId)))
      .returning();
    const location = locationResource(found(changed));
    await replaceLines(tx, tenantId);
    if (await rebindLines(tx, tenantId)) effects.publish('directory.changed', {});
    effects.audit('location.update', locationId, fieldsOf(wanted));
    effects.publish('config.changed', {});
    return location;
  });
}
