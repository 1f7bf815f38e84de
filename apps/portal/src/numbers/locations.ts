import type { Location } from '@trunkline/contracts/locations.ts';
import { lineNumber } from '@trunkline/numbers/display.ts';

/** The fields of a location that a person sets, with what a new one begins with. */
export const newLocation = {
  name: '',
  timeZone: 'Europe/Berlin',
  countryCode: '49',
  areaCode: '',
  exchangeType: 'ddi' as Location['exchangeType'],
  baseNumber: '',
  ddiFrom: '' as string | null,
  ddiTo: '' as string | null,
  usesPbx: true,
  accessCode: '0',
  internalLengthMin: 2,
  internalLengthMax: 4,
};
export type LocationValues = typeof newLocation;

/** What the API takes: empty range ends are null. */
export function locationBody(values: Partial<LocationValues>): Record<string, unknown> {
  const { ddiFrom, ddiTo, ...rest } = values;
  return {
    ...rest,
    ...(ddiFrom === undefined ? {} : { ddiFrom: ddiFrom || null }),
    ...(ddiTo === undefined ? {} : { ddiTo: ddiTo || null }),
  };
}

/** The number block as people write it: `+49 30 12345-10 … 99`. */
export function blockText(location: Location): string {
  const { areaCode, baseNumber, countryCode, ddiFrom, ddiTo } = location;
  const head = [`+${countryCode}`, areaCode, baseNumber].filter(Boolean).join(' ');
  return ddiFrom && ddiTo ? `${head}-${ddiFrom} … ${ddiTo}` : head;
}

/** The public number of an extension, or null when it has none or is not a number. */
export function publicNumber(extension: string, values: LocationValues): string | null {
  if (!/^[0-9]{1,15}$/.test(extension)) return null;
  const number = lineNumber(extension, '', {
    ...values,
    ddiFrom: values.ddiFrom || null,
    ddiTo: values.ddiTo || null,
  });
  return number.startsWith('+') ? number : null;
}

/** A location as a tenant file says it. */
export function locationFile(location: Location): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(newLocation).flatMap((field) => {
      const value = location[field as keyof LocationValues];
      return value === null ? [] : [[field, value]];
    }),
  );
}
