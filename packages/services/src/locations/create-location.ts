import { newId } from '@trunkline/contracts/ids.ts';
import { type Location, createLocation as schema } from '@trunkline/contracts/locations.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { locations } from '@trunkline/database/tenant/locations.ts';
import { type Context, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { rebindLines } from '../lines/binding.ts';
import { replaceLines } from '../lines/full-number.ts';
import { locationResource } from './location-resource.ts';

/**
 * Creates a location (NUM-007); lines whose number it holds may come to it (LIN-025).
 * @throws TrunklineError `already_exists` for a taken name
 */
export async function createLocation(ctx: Context, input: unknown): Promise<Location> {
  requireScope(ctx, 'locations:write');
  const wanted = parse(schema, input);
  const tenantId = tenantOf(ctx);
  return changeTenant(ctx, async (tx, effects) => {
    const [row] = await tx
      .insert(locations)
      .values({ tenantId, id: newId('location'), ...wanted })
      .returning();
    const made = locationResource(found(row));
    await replaceLines(tx, tenantId);
    if (await rebindLines(tx, tenantId)) effects.publish('directory.changed', {});
    effects.audit('location.create', made.id);
    effects.publish('config.changed', {});
    return made;
  });
}
