import type { SameKeys } from '@trunkline/ui/i18n/i18n.ts';
import type { limitsDe } from './limits-de.ts';

/** Texts of the call limits, English. */
export const limitsEn: SameKeys<typeof limitsDe> = {
  heading: 'Call limits',
  purpose: 'Protection against toll fraud: what goes beyond is not dialled, and you are told.',
  emergency: 'Emergency numbers always pass.',
  emergencyBody: 'No limit on this page stops an emergency call.',
  amount: 'Amount',
  amountHint: 'A fraudster dials fast and often. Set the values somewhat above your daily use.',
  concurrentCalls: 'Outgoing calls at a time',
  concurrentHint: 'Of the whole company.',
  callsPerMinute: 'Calls per minute, company',
  callsPerMinuteHint: 'Attempts within 60 seconds.',
  callsPerMinuteUser: 'Calls per minute and person',
  callsPerMinuteUserHint: 'Nobody dials more by hand.',
  foreign: 'Minutes abroad per hour',
  foreignHint: 'Empty: no limit. 0: no calls abroad.',
  wholeNumber: 'Please give a whole number from {{min}} to {{max}}.',
  destinations: 'Destinations',
  destinationsHint: 'The countries of your sites are always allowed.',
  countries: 'Allowed countries',
  countriesHint: 'Country calling code without +. A * allows all.',
  country: 'Country calling code',
  countryWrong: 'A country calling code has 1 to 3 digits, for example 49.',
  allCountries: 'All countries',
  blocked: 'Blocked prefixes',
  blockedHint:
    'Even in allowed countries, for example premium-rate services. International, with +.',
  prefix: 'Prefix',
  prefixWrong: 'Please give + and 1 to 15 digits, for example +49900.',
};
