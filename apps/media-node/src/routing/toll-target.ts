import { type DialResult, dial } from '@trunkline/numbers/dial.ts';
import type { LocationConfig } from '../config/tenant-model.ts';

/** Shorter numbers inside a code reach nobody outside. */
const leastDigits = 6;

/**
 * The supercanonical number a dialled string reaches, for the toll-fraud floor; null when it stays
 * inside. Direct dialling and codes of the PBX are looked into: `!00881…` and `*21*00881…#` cost
 * like the number itself.
 */
export function tollTarget(dialled: DialResult, location: LocationConfig): string | null {
  if (dialled.class === 'external') return dialled.number;
  if (dialled.class === 'special') return null;
  if (dialled.class === 'internal' && !/[*#]/.test(dialled.digits)) return null;
  const runs = dialled.digits.match(/\+?[0-9]+/g) ?? [];
  for (const run of runs) {
    if (run.length < leastDigits) continue;
    const outside = withoutAccessCode(run, location);
    const reached = dial({ typed: outside, location, purpose: 'dial' });
    if (reached.ok && reached.class === 'external') return reached.number;
  }
  return null;
}

/** What the PBX sends out of a number it is given as it is. */
function withoutAccessCode(digits: string, { accessCode, usesPbx }: LocationConfig): string {
  return usesPbx && accessCode !== '' && digits.startsWith(accessCode)
    ? digits.slice(accessCode.length)
    : digits;
}
