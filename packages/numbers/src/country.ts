/**
 * Dial rules of a country in the notation of the catalogue: E country code, F area code,
 * G subscriber number; everything else is dialled literally.
 */
export interface CountryRules {
  readonly sameArea: string;
  readonly longDistance: string;
  readonly international: string;
  /** Numbers that save lives. Also special numbers. */
  readonly emergency: readonly string[];
  /** Other numbers without an international form; `?` is any digit (NUM-104). */
  readonly special: readonly string[];
}

/** ITU-T E.164 default prefixes 00 and 0; 112 works in every GSM network. */
const common: CountryRules = {
  sameArea: 'G',
  longDistance: '0FG',
  international: '00EFG',
  emergency: ['112'],
  special: [],
};

const byCountryCode: Readonly<Record<string, CountryRules>> = {
  '1': {
    sameArea: 'G',
    longDistance: '1FG',
    international: '011EFG',
    emergency: ['911'],
    special: ['411'],
  },
  '41': { ...common, emergency: ['112', '117', '118', '144'] },
  '43': { ...common, emergency: ['112', '122', '133', '144'] },
  '49': { ...common, emergency: ['110', '112'], special: ['118??'] },
};

/** The dial rules of a country calling code; the ITU default where we know none. */
export function rulesOf(countryCode: string): CountryRules {
  return byCountryCode[countryCode] ?? common;
}

/** The literal digits of a rule before its first letter, for example "00" of `00EFG`. */
export function prefixOf(rule: string): string {
  return /^[0-9]*/.exec(rule)?.[0] ?? '';
}

function matches(pattern: string, number: string): boolean {
  if (pattern.length !== number.length) return false;
  for (let index = 0; index < pattern.length; index++) {
    const wanted = pattern[index];
    if (wanted !== '?' && wanted !== number[index]) return false;
  }
  return true;
}

/** True for a special number of the country, emergency numbers included (B4). */
export function isSpecial(number: string, countryCode: string): boolean {
  const rules = rulesOf(countryCode);
  return (
    rules.emergency.includes(number) || rules.special.some((pattern) => matches(pattern, number))
  );
}
