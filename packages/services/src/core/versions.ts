import { TrunklineError } from '@trunkline/contracts/errors.ts';

/** The entity tag of a version (RFC 9110 §8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/**
 * Checks `If-Match` (RFC 9110 §13.1.1): a list of tags or `*`; without it the change goes ahead.
 * @throws TrunklineError `precondition_failed`
 */
export function checkVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  if (!tags.includes(etagOf(version))) throw new TrunklineError('precondition_failed');
}
