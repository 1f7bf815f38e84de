import { dial } from '@trunkline/numbers/dial.ts';
import { lineNumber } from '@trunkline/numbers/display.ts';
import type { NumberLocation } from '@trunkline/numbers/location.ts';

/**
 * The supercanonical form of a number as somebody entered it for a person, so that callers are
 * found by it (NUM-095): an extension of the one site whose DDI space holds it, else what dialling
 * it from the tenant's only site would reach. Null when that is not sure.
 */
export function directoryNumber(
  entered: string,
  locations: readonly NumberLocation[],
): string | null {
  if (entered.startsWith('+')) return entered;
  const sites = locations
    .map((location) => lineNumber(entered, '', location))
    .filter((number) => number.startsWith('+'));
  if (sites.length > 0) return sites.length === 1 ? (sites[0] ?? null) : null;
  const [only, ...others] = locations;
  if (!only || others.length > 0) return null;
  const dialled = dial({ typed: entered, location: only, purpose: 'dial' });
  return dialled.ok && dialled.number.startsWith('+') ? dialled.number : null;
}
