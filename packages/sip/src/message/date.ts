import { ParseError } from './parse-error.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const DATE = /^([A-Z][a-z]{2}), (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;

/**
 * Reads a Date (RFC 3261 §20.17): the form of RFC 1123, always GMT.
 *
 * @returns milliseconds since the epoch
 * @throws ParseError for another form or zone, or a day that does not exist
 */
export function parseSipDate(value: string): number {
  const match = DATE.exec(value);
  if (match === null) throw malformed();
  const [, weekday, day, name = '', year, hour, minute, second] = match;
  const month = MONTHS.indexOf(name) / 3;
  if (!Number.isInteger(month) || month < 0 || Number(hour) > 23 || Number(minute) > 59) {
    throw malformed();
  }
  const date = new Date(0);
  date.setUTCFullYear(Number(year), month, Number(day));
  // A leap second is the last of its minute.
  date.setUTCHours(Number(hour), Number(minute), Math.min(Number(second), 59));
  const exists = date.getUTCDate() === Number(day) && date.getUTCMonth() === month;
  if (!exists || Number(second) > 60 || weekday !== DAYS[date.getUTCDay()]) throw malformed();
  return date.getTime();
}

/** A Date value of milliseconds since the epoch; fractions of a second are cut. */
export function formatSipDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}

function malformed(): ParseError {
  return new ParseError('header-value', 'Malformed Date header field');
}
