import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { type LineImportResult, createLines as schema } from '@trunkline/contracts/lines.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import {
  fillAuthUserName,
  parseUserNames,
  type UserNameListError,
} from '@trunkline/numbers/user-name-list.ts';
import { type ControlContext, requireScope } from '../core/context.ts';
import { changeTenant } from '../core/tenant-work.ts';
import { lockNamedGroup } from '../line-groups/register-line.ts';
import { addLines } from './add-lines.ts';

/** Lines of one list at most. */
export const maxLinesAtOnce = 1_000;

const reasons: Readonly<Record<UserNameListError['error'], string>> = {
  empty: 'no user name in it',
  malformed_range: 'not a range: two numbers of at most 15 digits with one hyphen between them',
  descending_range: 'a range must not go down',
  uneven_range: 'both ends of a range with leading zeros need the same width',
  too_many: `more than ${maxLinesAtOnce} lines`,
};

/**
 * Creates several lines with the same password by list and ranges of user names (LIN-051,
 * LIN-053); numbers are taken from the user names. User names that are there are skipped.
 * @throws TrunklineError `invalid_request`
 */
export async function createLines(ctx: ControlContext, input: unknown): Promise<LineImportResult> {
  requireScope(ctx, 'lines:write');
  const wanted = parse(schema, input);
  const list = parseUserNames(wanted.userNames, maxLinesAtOnce);
  if (!list.ok)
    throw new TrunklineError('invalid_request', {
      errors: [
        {
          pointer: '/userNames',
          message: `${list.item}: ${reasons[list.error]}`,
          code: list.error,
        },
      ],
    });
  return changeTenant(ctx, async (tx, effects) => {
    const group = await lockNamedGroup(tx, wanted.lineGroupId);
    const result = await addLines(
      ctx,
      tx,
      effects,
      group,
      list.names.map((userName, index) => ({
        row: index + 1,
        userName,
        authUserName:
          wanted.authUserName === null ? '' : fillAuthUserName(wanted.authUserName, userName),
        password: wanted.password ?? '',
        number: '',
        problem: null,
      })),
    );
    const { rows: _, ...counts } = result;
    effects.audit('line.create_many', group.id, counts);
    return result;
  });
}
