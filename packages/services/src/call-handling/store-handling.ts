import type { CallFunction } from '@trunkline/contracts/call-functions.ts';
import { type FieldError, TrunklineError } from '@trunkline/contracts/errors.ts';
import { type CallHandling, callHandling } from '@trunkline/contracts/forwarding.ts';
import type { LineId } from '@trunkline/contracts/ids.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lineCallHandling, lineGroups, lines } from '@trunkline/database/tenant/lines.ts';
import { dial } from '@trunkline/numbers/dial.ts';
import { mayBeTarget } from '@trunkline/numbers/pbx-code.ts';
import { and, eq } from 'drizzle-orm';
import { type Context, tenantOf } from '../core/context.ts';
import { found } from '../core/not-found.ts';
import type { Effects } from '../core/tenant-work.ts';
import { functionsOn } from '../line-groups/group-settings.ts';
import { locationOfLine } from '../lines/full-number.ts';

/**
 * Stores what is to happen to calls on a line; its node knows within seconds.
 * @throws TrunklineError `not_found`, `invalid_request` for targets that cannot be dialled, are
 *   emergency numbers, or codes that are not the group's; `function_off` when the group's admin switched it off (LIN-026)
 */
export async function storeHandling(
  ctx: Context,
  tx: TenantTransaction,
  effects: Effects,
  lineId: LineId,
  input: unknown,
): Promise<CallHandling> {
  const wanted = parse(callHandling, input);
  const [row] = await tx
    .select({ group: lineGroups })
    .from(lines)
    .innerJoin(
      lineGroups,
      and(eq(lineGroups.tenantId, lines.tenantId), eq(lineGroups.id, lines.lineGroupId)),
    )
    .where(eq(lines.id, lineId));
  const { group } = found(row);
  checkFunctions(wanted, functionsOn(group));
  const codes = group.featureCodes.map(({ code }) => code);
  checkTargets(wanted, await locationOfLine(tx, lineId), codes);
  const values = { ...wanted, updatedAt: ctx.clock.now() };
  await tx
    .insert(lineCallHandling)
    .values({ tenantId: tenantOf(ctx), id: lineId, ...values })
    .onConflictDoUpdate({ target: [lineCallHandling.tenantId, lineCallHandling.id], set: values });
  const { forwarding } = wanted;
  effects.audit('line.call_handling', lineId, {
    doNotDisturb: wanted.doNotDisturb,
    forwarding: Object.keys(forwarding).filter((name) => forwarding[name as never] !== null),
  });
  effects.publish('config.changed', {});
  return wanted;
}

function targetsOf({ forwarding }: CallHandling): [string, string][] {
  const { always, busy, noAnswer, signedOut } = forwarding;
  const all: [string, string | null][] = [
    ['/forwarding/always', always],
    ['/forwarding/busy', busy],
    ['/forwarding/noAnswer/number', noAnswer?.number ?? null],
    ['/forwarding/signedOut', signedOut],
  ];
  return all.filter((one): one is [string, string] => one[1] !== null);
}

function checkFunctions(wanted: CallHandling, on: readonly CallFunction[]): void {
  const asked: [CallFunction, boolean][] = [
    ['do_not_disturb', wanted.doNotDisturb],
    ['forwarding', targetsOf(wanted).length > 0],
  ];
  const off = asked.find(([name, set]) => set && !on.includes(name));
  if (off) throw new TrunklineError('function_off', { detail: off[0] });
}

function checkTargets(wanted: CallHandling, location: Location, codes: readonly string[]): void {
  const errors = targetsOf(wanted).flatMap(([pointer, typed]): FieldError[] => {
    const dialled = dial({ typed, location, purpose: 'forward' });
    if (!dialled.ok) return [{ pointer, message: 'not a number that can be dialled' }];
    if (dialled.emergency !== null)
      return [{ pointer, message: 'calls cannot be forwarded to an emergency number' }];
    return mayBeTarget(dialled.digits, codes)
      ? []
      : [{ pointer, message: 'only feature codes of the line group can be a target' }];
  });
  if (errors.length > 0) throw new TrunklineError('invalid_request', { errors });
}
