import { prefixOf, rulesOf } from '@trunkline/numbers/country.ts';
import { type DialResult, dial } from '@trunkline/numbers/dial.ts';
import { inDdiSpace } from '@trunkline/numbers/location.ts';
import { normaliseExternal } from '@trunkline/numbers/normalise.ts';
import type { LocationConfig } from '../config/tenant-model.ts';

/** Shorter numbers inside a code reach nobody outside. */
const leastDigits = 6;
/** What people write between digits, and telephone systems leave out (RFC 3966 §5.1.1). */
const separators = /[\s().-]/g;

/**
 * The supercanonical number a dialled string reaches, for the toll-fraud floor; null when it stays
 * inside. What counts are the digits sent: `+49 0881…` leaves as `00881…`. Direct dialling and codes
 * of the PBX are looked into: `!00881 …` and `*21*00881…#` cost like the number itself. Of several
 * numbers in a code a foreign one decides, else the last.
 */
export function tollTarget(dialled: DialResult, location: LocationConfig): string | null {
  if (dialled.class === 'special') return null;
  const runs = dialled.digits.replace(separators, '').match(/\+?[0-9]+/g) ?? [];
  const reached = runs.flatMap((run) => reachedBy(run, location) ?? []);
  const foreign = reached.find((number) => !number.startsWith(`+${location.countryCode}`));
  const decisive = foreign ?? reached.at(-1) ?? null;
  return dialled.class === 'external' ? (decisive ?? dialled.number) : decisive;
}

/** What the PBX calls outside when it is given these digits; null for a number of its own. */
function reachedBy(run: string, location: LocationConfig): string | null {
  if (run.length < leastDigits || inDdiSpace(run, location)) return null;
  const outside = withoutAccessCode(run, location);
  // However long internal numbers may be here, with the code for the outside it is none.
  const international = prefixOf(rulesOf(location.countryCode).international);
  if (outside !== run || outside.startsWith(international)) {
    const { number } = normaliseExternal(outside, location);
    return number.startsWith('+') ? number : null;
  }
  const reached = dial({ typed: outside, location, purpose: 'dial' });
  return reached.ok && reached.class === 'external' ? reached.number : null;
}

/** What the PBX sends out of a number it is given as it is. */
function withoutAccessCode(digits: string, { accessCode, usesPbx }: LocationConfig): string {
  return usesPbx && accessCode !== '' && digits.startsWith(accessCode)
    ? digits.slice(accessCode.length)
    : digits;
}
