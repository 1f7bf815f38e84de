import { newId } from '@trunkline/contracts/ids.ts';
import { createLine, type LineImportResult } from '@trunkline/contracts/lines.ts';
import type { TenantTransaction } from '@trunkline/database/tenancy.ts';
import { lines } from '@trunkline/database/tenant/lines.ts';
import { eq } from 'drizzle-orm';
import { type ControlContext, tenantOf } from '../core/context.ts';
import type { Effects } from '../core/tenant-work.ts';
import type { LineGroupRow } from '../line-groups/line-group-resource.ts';
import { settleRegisterLine } from '../line-groups/register-line.ts';
import { readNumber } from './automatic-number.ts';
import { rebindLines } from './binding.ts';
import { allLocations } from './full-number.ts';
import { sealLinePassword } from './line-password.ts';
import { placeLine } from './line-place.ts';

/** A line somebody wants among several. */
export interface WantedLine {
  readonly row: number;
  readonly userName: string;
  /** Empty: the user name. */
  readonly authUserName: string;
  readonly password: string;
  /** Empty: taken from the user name (LIN-054). */
  readonly number: string;
  readonly problem: string | null;
}

type Row = LineImportResult['rows'][number];
type NewLine = typeof lines.$inferInsert;

/** Rows of one INSERT. */
const chunk = 500;

/**
 * Adds lines to a locked group, each by itself: what cannot be added is reported and the others
 * go on. Only adds: a user name that is there is skipped, whatever else differs (LIN-059).
 */
export async function addLines(
  ctx: ControlContext,
  tx: TenantTransaction,
  effects: Effects,
  group: LineGroupRow,
  wanted: readonly WantedLine[],
): Promise<LineImportResult> {
  const tenantId = tenantOf(ctx);
  const places = await allLocations(tx);
  const present = await tx
    .select({ userName: lines.userName, number: lines.number, suffix: lines.suffix })
    .from(lines)
    .where(eq(lines.lineGroupId, group.id));
  const names = new Set(present.map((line) => line.userName));
  const numbers = new Set(present.map((line) => line.number + line.suffix));
  const rows: Row[] = [];
  const fresh: NewLine[] = [];
  for (const want of wanted) {
    const judged = judge(want, group, names, numbers);
    rows.push(judged.row);
    if (!judged.line) continue;
    names.add(judged.line.userName);
    numbers.add(judged.line.number + judged.line.suffix);
    const id = newId('line');
    const { password, ...line } = judged.line;
    fresh.push({
      ...line,
      tenantId,
      id,
      sealedPassword: password ? await sealLinePassword(ctx.keyring, tenantId, id, password) : null,
      ...placeLine(line, group, places),
    });
  }
  for (let at = 0; at < fresh.length; at += chunk)
    await tx.insert(lines).values(fresh.slice(at, at + chunk));
  if (fresh.length > 0) {
    await settleRegisterLine(tx, tenantId, group);
    if (await rebindLines(tx, tenantId)) effects.publish('directory.changed', {});
    effects.publish('config.changed', {});
  }
  const count = (outcome: Row['outcome']) => rows.filter((row) => row.outcome === outcome).length;
  return { added: count('added'), skipped: count('skipped'), failed: count('failed'), rows };
}

function judge(
  want: WantedLine,
  group: LineGroupRow,
  names: ReadonlySet<string>,
  numbers: ReadonlySet<string>,
): { row: Row; line?: ReturnType<typeof createLine.parse> & { number: string } } {
  const row = (outcome: Row['outcome'], code: string | null, detail: string | null): Row => ({
    row: want.row,
    userName: want.userName === '' ? null : want.userName.slice(0, 64),
    outcome,
    code,
    detail,
  });
  if (want.problem !== null) return { row: row('failed', 'invalid_request', want.problem) };
  if (names.has(want.userName))
    return { row: row('skipped', 'already_exists', 'this user name is there already') };
  const { number, suffix } = readNumber(want.number || want.userName) ?? { number: '', suffix: '' };
  if (group.numbersAutomatic && number !== readNumber(want.userName)?.number)
    return { row: row('failed', 'invalid_request', 'number: taken from the user name here') };
  const parsed = createLine.safeParse({
    lineGroupId: group.id,
    userName: want.userName,
    authUserName: want.authUserName === '' ? null : want.authUserName,
    number,
    suffix,
    ...(want.password !== '' && { password: want.password }),
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const detail = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`.slice(0, 200);
    return { row: row('failed', 'invalid_request', detail) };
  }
  if (numbers.has(number + suffix))
    return { row: row('failed', 'already_exists', `number: ${number}${suffix} is taken`) };
  return { row: row('added', null, null), line: { ...parsed.data, number } };
}
