/** Two-digit country calling codes and one-digit ones; all others have three (ITU-T E.164 Annex D). */
const short = new Set(
  (
    '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 ' +
    '64 65 66 81 82 84 86 90 91 92 93 94 95 98'
  ).split(' '),
);

/** Length of the country calling code at the start of digits without "+". */
function countryCodeLength(digits: string): number {
  if (short.has(digits.slice(0, 1))) return 1;
  return short.has(digits.slice(0, 2)) ? 2 : 3;
}

/**
 * Groups a number for reading where the server sent no grouped form: `+49 30 123 4520`.
 * Anything but E.164 with "+" is returned as it is.
 */
export function groupNumber(number: string): string {
  if (!/^\+[0-9]{5,15}$/.test(number)) return number;
  const digits = number.slice(1);
  const code = countryCodeLength(digits);
  const rest = digits.slice(code);
  const areaLength = code === 2 && /^49(?:30|40|69|89)/.test(digits) ? 2 : 0;
  const groups = areaLength > 0 ? [rest.slice(0, areaLength)] : [];
  let at = areaLength;
  // Groups of three, the last one of two to four digits.
  while (rest.length - at > 4) {
    groups.push(rest.slice(at, at + 3));
    at += 3;
  }
  groups.push(rest.slice(at));
  return `+${digits.slice(0, code)} ${groups.join(' ')}`;
}

/** Takes punctuation people paste out of a number; letters stay, so names are recognised as such. */
export function bareNumber(text: string): string {
  return text
    .trim()
    .replace(/^(?:tel|sip|callto):/i, '')
    .replace(/\(0\)/g, '')
    .replace(/[\s\u00a0\u2000-\u200f\u2010-\u2015\u202a-\u202f\u2060-\u2069()[\]./-]/g, '');
}

/** Tells whether typed text is meant as a number: digits, `*`, `#`, an optional leading `+`. */
export function looksLikeNumber(text: string): boolean {
  return /^\+?[0-9*#]+$/.test(bareNumber(text));
}
