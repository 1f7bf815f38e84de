/**
 * What the pipelines need of a location (NUM-007). The location resource of the API fits as it is.
 */
export interface NumberLocation {
  /** Country calling code without "+". */
  readonly countryCode: string;
  /** Area code without trunk prefix. */
  readonly areaCode: string;
  /** Off: no internal numbers, no access codes (NUM-008). */
  readonly usesPbx: boolean;
  readonly exchangeType: 'ddi' | 'msn';
  /** Number of the line without country, area and extension (NUM-010). */
  readonly baseNumber: string;
  /** DDI range, both ends of one length (NUM-011); null without one. */
  readonly ddiFrom: string | null;
  readonly ddiTo: string | null;
  readonly internalLengthMin: number;
  readonly internalLengthMax: number;
  /** One code for dialling out and for stripping reported numbers (NUM-006). */
  readonly accessCode: string;
}

/** True when an extension lies in the location's DDI space (NUM-011). */
export function inDdiSpace(extension: string, location: NumberLocation): boolean {
  const { ddiFrom, ddiTo } = location;
  if (!location.usesPbx || location.exchangeType !== 'ddi') return false;
  if (ddiFrom === null || ddiTo === null || extension.length !== ddiFrom.length) return false;
  // Strings of equal length made of digits compare like the numbers they stand for.
  return /^[0-9]+$/.test(extension) && extension >= ddiFrom && extension <= ddiTo;
}

/** True when the length alone makes a number internal (A4e). */
export function internalByLength(number: string, location: NumberLocation): boolean {
  if (!location.usesPbx || !/^[0-9]+$/.test(number)) return false;
  return number.length >= location.internalLengthMin && number.length <= location.internalLengthMax;
}

/** `+country area base` of a DDI line, or undefined without one. */
export function ddiPrefix(location: NumberLocation): string | undefined {
  if (!location.usesPbx || location.exchangeType !== 'ddi' || location.baseNumber === '')
    return undefined;
  return `+${location.countryCode}${location.areaCode}${location.baseNumber}`;
}

/** The extension of a supercanonical number of this location's own DDI space, else undefined (B10). */
export function ownExtension(number: string, location: NumberLocation): string | undefined {
  const prefix = ddiPrefix(location);
  if (prefix === undefined || !number.startsWith(prefix)) return undefined;
  const extension = number.slice(prefix.length);
  return inDdiSpace(extension, location) ? extension : undefined;
}
