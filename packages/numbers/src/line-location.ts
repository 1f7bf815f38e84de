import { ddiPrefix, inDdiSpace, type NumberLocation, ownExtension } from './location.ts';

/**
 * The one location whose DDI space holds a line's number, in full or as extension; null when none
 * or several do, as then the number identifies no location (LIN-025).
 */
export function locationHolding<L extends NumberLocation>(
  number: string,
  locations: readonly L[],
): L | null {
  const holding = locations.filter((location) => inOwnSpace(number, location));
  return holding.length === 1 ? (holding[0] ?? null) : null;
}

/**
 * True when a line's number fits its location (LIN-054): an extension or canonical number of its DDI
 * space. A location without such a space fits every number.
 */
export function fitsLocation(number: string, location: NumberLocation): boolean {
  if (ddiPrefix(location) === undefined || location.ddiFrom === null) return true;
  return inOwnSpace(number, location);
}

function inOwnSpace(number: string, location: NumberLocation): boolean {
  return number.startsWith('+')
    ? ownExtension(number, location) !== undefined
    : inDdiSpace(number, location);
}
