import type { LineId } from '@trunkline/contracts/ids.ts';
import { type Line, updateLine as schema, type UpdateLine } from '@trunkline/contracts/lines.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { and, eq } from 'drizzle-orm';
import { fieldsOf, given } from '../core/changes.ts';
import { type ControlContext, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { checkVersion } from '../core/versions.ts';
import type { LineGroupRow } from '../line-groups/line-group-resource.ts';
import {
  lockGroup,
  releaseRegisterLine,
  settleRegisterLine,
} from '../line-groups/register-line.ts';
import { requireLocation } from '../line-groups/require-location.ts';
import { numberOfLine } from './automatic-number.ts';
import { rebindLines } from './binding.ts';
import { allLocations } from './full-number.ts';
import { sealLinePassword } from './line-password.ts';
import { placeLine } from './line-place.ts';
import { type LineRow, lineResource } from './line-resource.ts';
import { lockLine } from './lock-line.ts';

/**
 * Changes a line; bindings follow its number. An empty password takes the password away.
 * @throws TrunklineError `not_found`, `precondition_failed`, `already_exists`, `still_in_use` when the
 * line that registers a trunk of several is switched off (open point 12)
 */
export async function updateLine(
  ctx: ControlContext,
  lineId: LineId,
  input: unknown,
  ifMatch?: string,
): Promise<Line> {
  requireScope(ctx, 'lines:write');
  const { password, ...wanted } = parse(schema, input);
  const tenantId = tenantOf(ctx);
  const secret =
    password === undefined
      ? {}
      : {
          sealedPassword:
            password === ''
              ? null
              : await sealLinePassword(ctx.keyring, tenantId, lineId, password),
        };
  return changeTenant(ctx, async (tx, effects) => {
    const { group, line: current } = await lockLine(tx, lineId);
    checkVersion(ifMatch, current.version);
    if (wanted.useLine === false) await releaseRegisterLine(tx, tenantId, group, lineId);
    const changes = { ...given(wanted), ...automaticNumber(wanted, current, group) };
    const next = { ...current, ...changes };
    if (changes.locationId) await requireLocation(tx, changes.locationId);
    const [changed] = await tx
      .update(lines)
      .set({
        ...changes,
        ...secret,
        ...placeLine(next, group, await allLocations(tx)),
        updatedAt: ctx.clock.now(),
        version: current.version + 1,
      })
      .where(and(eq(lines.tenantId, tenantId), eq(lines.id, lineId)))
      .returning();
    await settleRegisterLine(tx, tenantId, await lockGroup(tx, group.id));
    if (await rebindLines(tx, tenantId)) effects.publish('directory.changed', {});
    effects.audit('line.update', lineId, fieldsOf({ ...wanted, password }));
    effects.publish('config.changed', {});
    return lineResource(tx, found(changed));
  });
}

/** With automatic numbers the number follows a changed user name (LIN-024). */
function automaticNumber(wanted: UpdateLine, current: LineRow, group: LineGroupRow) {
  const { userName, number, suffix } = wanted;
  if (!group.numbersAutomatic || (userName === undefined && number === undefined)) return {};
  const kept = userName === undefined ? current.suffix : '';
  return numberOfLine(
    { userName: userName ?? current.userName, number, suffix: suffix ?? kept },
    true,
  );
}
