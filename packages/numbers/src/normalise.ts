import { isSpecial, prefixOf, rulesOf } from './country.ts';
import type { NumberLocation } from './location.ts';

/** Step A6, items 1 and 3–7, which is also step B7: converts an external number to supercanonical. */
export function normaliseExternal(
  number: string,
  location: NumberLocation,
): { number: string; rule: string } {
  const rules = rulesOf(location.countryCode);
  if (number.startsWith('+')) return { number, rule: 'already supercanonical' };
  if (/[*#]/.test(number)) return { number, rule: 'contains * or #' };
  if (isSpecial(number, location.countryCode)) return { number, rule: 'special number' };
  const international = prefixOf(rules.international);
  if (number.startsWith(international) && number.length > international.length)
    return {
      number: `+${number.slice(international.length)}`,
      rule: `international prefix ${international}`,
    };
  const national = prefixOf(rules.longDistance);
  if (national !== '' && number.startsWith(national) && number.length > national.length)
    return {
      number: `+${location.countryCode}${number.slice(national.length)}`,
      rule: `national prefix ${national}`,
    };
  if (number === national) return { number, rule: 'nothing behind the prefix' };
  return { number: `+${location.countryCode}${location.areaCode}${number}`, rule: 'local number' };
}
