import { TrunklineError } from '@trunkline/contracts/errors.ts';

/** The row, or 404: also for ids of other tenants, which nobody can tell apart (PLT-018 d). */
export function found<T>(row: T | undefined): T {
  if (row === undefined) throw new TrunklineError('not_found');
  return row;
}
