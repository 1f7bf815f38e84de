import type { LineId } from '@trunkline/contracts/ids.ts';
import { type Line, updateLine as schema } from '@trunkline/contracts/lines.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { lineNumber } from '@trunkline/numbers/display.ts';
import { and, eq } from 'drizzle-orm';
import { fieldsOf, given } from '../core/changes.ts';
import { type ControlContext, requireScope, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { checkVersion } from '../core/versions.ts';
import {
  lockGroup,
  releaseRegisterLine,
  settleRegisterLine,
} from '../line-groups/register-line.ts';
import { rebindLines } from './binding.ts';
import { locationOfGroup } from './full-number.ts';
import { sealLinePassword } from './line-password.ts';
import { lineResource } from './line-resource.ts';
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
    const next = { ...current, ...given(wanted) };
    const location = await locationOfGroup(tx, current.lineGroupId);
    const [changed] = await tx
      .update(lines)
      .set({
        ...given(wanted),
        ...secret,
        fullNumber: lineNumber(next.number, next.suffix, location),
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
