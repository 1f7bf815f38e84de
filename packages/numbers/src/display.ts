import { ddiPrefix, inDdiSpace, type NumberLocation, ownExtension } from './location.ts';

/**
 * A supercanonical number as people at a location read it: the extension inside the company
 * (NUM-097), `+country (area) number` where the area is known, else as it is (NUM-099).
 */
export function displayNumber(number: string, location: NumberLocation): string {
  const extension = ownExtension(number, location);
  if (extension !== undefined) return extension;
  const area = `+${location.countryCode}${location.areaCode}`;
  if (location.areaCode === '' || !number.startsWith(area) || number.length <= area.length)
    return number;
  return `+${location.countryCode} (${location.areaCode}) ${number.slice(area.length)}`;
}

/**
 * The supercanonical number of a line, its suffix kept at the end (LIN-012, LIN-013):
 * 111 with suffix b at base 12345 becomes `+493012345111b`.
 */
export function lineNumber(number: string, suffix: string, location: NumberLocation): string {
  if (number.startsWith('+')) return `${number}${suffix}`;
  const prefix = inDdiSpace(number, location) ? (ddiPrefix(location) ?? '') : '';
  return `${prefix}${number}${suffix}`;
}
