import type { CallLimits } from '@trunkline/contracts/call-limits.ts';
import type { Language } from '@trunkline/contracts/time.ts';

/** The limits as their form holds them: no limit is an empty text. */
export type LimitValues = Omit<CallLimits, 'foreignMinutesPerHour'> & { foreign: string };

export function valuesOfLimits({ foreignMinutesPerHour, ...rest }: CallLimits): LimitValues {
  return { ...rest, foreign: foreignMinutesPerHour === null ? '' : String(foreignMinutesPerHour) };
}

export function limitsOf({ foreign, ...rest }: LimitValues): CallLimits {
  return { ...rest, foreignMinutesPerHour: foreign.trim() === '' ? null : Number(foreign) };
}

/** Bounds of the numbers, as the API has them. */
export const bounds = {
  concurrentCalls: [1, 10_000],
  callsPerMinute: [1, 10_000],
  callsPerMinuteUser: [1, 1_000],
  foreign: [0, 100_000],
} as const;

/** The fields whose value is out of bounds. */
export function outOfBounds(values: LimitValues): (keyof typeof bounds)[] {
  return (Object.keys(bounds) as (keyof typeof bounds)[]).filter((field) => {
    const value = values[field];
    if (field === 'foreign' && String(value).trim() === '') return false;
    const number = Number(value);
    const [min, max] = bounds[field];
    return !Number.isInteger(number) || number < min || number > max;
  });
}

/** `+49`, `0049` and `49` are one country calling code; null when it is none. */
export function readCountry(text: string): string | null {
  if (text === '*') return '*';
  const digits = text.replace(/^(?:\+|00)/, '');
  return /^[1-9][0-9]{0,2}$/.test(digits) ? digits : null;
}

/** A prefix in international form; null when it is none. */
export function readPrefix(text: string): string | null {
  const plus = text.replace(/^00/, '+');
  return /^\+[0-9]{1,15}$/.test(plus) ? plus : null;
}

/** The main country of a calling code, so that people read names and not numbers. */
const regions: Readonly<Record<string, string>> = {
  '1': 'US',
  '7': 'RU',
  '20': 'EG',
  '27': 'ZA',
  '30': 'GR',
  '31': 'NL',
  '32': 'BE',
  '33': 'FR',
  '34': 'ES',
  '36': 'HU',
  '39': 'IT',
  '40': 'RO',
  '41': 'CH',
  '43': 'AT',
  '44': 'GB',
  '45': 'DK',
  '46': 'SE',
  '47': 'NO',
  '48': 'PL',
  '49': 'DE',
  '52': 'MX',
  '54': 'AR',
  '55': 'BR',
  '56': 'CL',
  '57': 'CO',
  '60': 'MY',
  '61': 'AU',
  '62': 'ID',
  '63': 'PH',
  '64': 'NZ',
  '65': 'SG',
  '66': 'TH',
  '81': 'JP',
  '82': 'KR',
  '84': 'VN',
  '86': 'CN',
  '90': 'TR',
  '91': 'IN',
  '212': 'MA',
  '351': 'PT',
  '352': 'LU',
  '353': 'IE',
  '354': 'IS',
  '355': 'AL',
  '356': 'MT',
  '357': 'CY',
  '358': 'FI',
  '359': 'BG',
  '370': 'LT',
  '371': 'LV',
  '372': 'EE',
  '377': 'MC',
  '380': 'UA',
  '381': 'RS',
  '385': 'HR',
  '386': 'SI',
  '387': 'BA',
  '389': 'MK',
  '420': 'CZ',
  '421': 'SK',
  '423': 'LI',
  '971': 'AE',
  '972': 'IL',
};

/** `+49 Deutschland`; a code whose country is not known stays a number. */
export function countryName(code: string, language: Language): string {
  const region = regions[code];
  const name = region && new Intl.DisplayNames([language], { type: 'region' }).of(region);
  const shared = code === '1' ? ', CA' : code === '7' ? ', KZ' : '';
  return name ? `+${code} ${name}${shared}` : `+${code}`;
}
