import { cleanNumber } from './clean.ts';
import { rulesOf } from './country.ts';
import type { NumberLocation } from './location.ts';

/**
 * The emergency number a text stands for, or null. Looked at before licence, limits, rights and
 * every rule (catalogue decision 6). Whoever is used to a desk phone types the access code too:
 * `0110` is understood as 110. Dialled directly (`!`), letters make it another address.
 */
export function emergencyNumber(
  typed: string,
  location: Pick<NumberLocation, 'countryCode' | 'usesPbx' | 'accessCode'>,
): string | null {
  if (typed.startsWith('!') && /\p{L}/u.test(typed)) return null;
  const number = cleanNumber(typed);
  const { emergency } = rulesOf(location.countryCode);
  if (emergency.includes(number)) return number;
  const { accessCode } = location;
  if (!location.usesPbx || accessCode === '' || !number.startsWith(accessCode)) return null;
  const rest = number.slice(accessCode.length);
  return emergency.includes(rest) ? rest : null;
}
