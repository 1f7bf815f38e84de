import { cleanNumber, maxInputLength } from './clean.ts';
import { isSpecial, prefixOf, rulesOf } from './country.ts';
import { emergencyNumber } from './emergency.ts';
import {
  ddiPrefix,
  inDdiSpace,
  internalByLength,
  type NumberLocation,
  ownExtension,
} from './location.ts';
import { normaliseExternal } from './normalise.ts';
import type { Trace, TraceStep } from './trace.ts';

export interface DialInput {
  /** As typed or clicked. */
  readonly typed: string;
  /** Location of the line. */
  readonly location: NumberLocation;
  readonly purpose: 'dial' | 'private' | 'forward';
}

export type DialClass = 'raw' | 'special' | 'internal' | 'external';

export interface DialResult {
  readonly ok: true;
  /** Exactly what goes to the PBX. */
  readonly digits: string;
  /** Supercanonical form where the number has one, else as dialled. */
  readonly number: string;
  readonly class: DialClass;
  /** The emergency number this is, else null. */
  readonly emergency: string | null;
  /** Letters stood beside the digits and were dropped: ask before dialling (O13). */
  readonly lettersDropped: boolean;
  readonly trace: Trace;
}

export interface DialError {
  readonly ok: false;
  readonly reason: 'no_digits' | 'too_long' | 'not_dialable';
  readonly trace: Trace;
}

/** Longest number that goes to a PBX: E.164 allows 15, access codes and prefixes come before. */
const maxDigits = 40;

/**
 * Pipeline B: turns what a user wants to call into exactly the digits the PBX of the line needs
 * (NUM-070 … NUM-087). Total: every input gives a result or a reason.
 */
export function dial({ typed, location }: DialInput): DialResult | DialError {
  const trace: TraceStep[] = [];
  const step = (id: string, before: string, after: string, rule: string) => {
    trace.push({ step: id, before, after, rule });
    return after;
  };
  if (typed.length > maxInputLength) return { ok: false, reason: 'too_long', trace };

  if (typed.startsWith('!')) {
    const digits = step('B0', typed, typed.slice(1), 'direct dialling');
    if (!/^[0-9A-Za-z+*#()\-. ]{1,40}$/.test(digits))
      return { ok: false, reason: 'not_dialable', trace };
    const emergency = emergencyNumber(typed, location);
    // The PBX knows an emergency number without what people write between its digits.
    const sent = emergency === null ? digits : cleanNumber(digits);
    return {
      ok: true,
      digits: sent,
      number: sent,
      class: 'raw',
      emergency,
      lettersDropped: false,
      trace,
    };
  }

  // A bracketed trunk digit directly behind the country code is no part of the number (B1, O13).
  const unbracketed = typed.replace(/^(\s*\+\s*[0-9]{1,3}[\s\-./]*)\(0\)/, '$1');
  const number = step('B3', typed, cleanNumber(unbracketed), 'clean');
  if (!/[0-9*#]/.test(number)) return { ok: false, reason: 'no_digits', trace };
  if (number.length > maxDigits) return { ok: false, reason: 'too_long', trace };
  const lettersDropped = /\p{L}/u.test(typed);
  const done = (
    digits: string,
    full: string,
    kind: DialClass,
    emergency: string | null = null,
  ): DialResult => {
    step('B16', digits, digits, kind);
    return { ok: true, digits, number: full, class: kind, emergency, lettersDropped, trace };
  };

  const emergency = emergencyNumber(number, location);
  if (emergency !== null) {
    step('B4', number, emergency, `emergency number ${emergency}`);
    return done(
      step('B14', emergency, withAccessCode(emergency, location), 'access code'),
      emergency,
      'special',
      emergency,
    );
  }
  if (isSpecial(number, location.countryCode)) {
    step('B4', number, number, 'special number');
    return done(
      step('B14', number, withAccessCode(number, location), 'access code'),
      number,
      'special',
    );
  }
  if (/[*#]/.test(number)) {
    // Codes of the PBX are dialled as they are (O12).
    step('B6', number, number, 'contains * or #');
    return done(number, number, 'internal');
  }
  if (inDdiSpace(number, location)) {
    step('B6', number, number, 'DDI space');
    return done(number, `${ddiPrefix(location) ?? ''}${number}`, 'internal');
  }
  if (internalByLength(number, location)) {
    step('B6', number, number, 'internal length');
    return done(number, number, 'internal');
  }

  const normal = normaliseExternal(number, location);
  const full = step('B7', number, normal.number, normal.rule);
  const extension = ownExtension(full, location);
  if (extension !== undefined)
    return done(step('B10', full, extension, 'own DDI number'), full, 'internal');

  const dialable = makeDialable(full, location);
  step('B13', full, dialable.digits, dialable.rule);
  return done(
    step('B14', dialable.digits, withAccessCode(dialable.digits, location), 'access code'),
    full,
    'external',
  );
}

/** Step B13: applies the country's rule to a supercanonical number. */
function makeDialable(number: string, location: NumberLocation): { digits: string; rule: string } {
  const rules = rulesOf(location.countryCode);
  if (!number.startsWith('+')) return { digits: number, rule: 'as typed' };
  const digits = number.slice(1);
  const national = digits.startsWith(location.countryCode)
    ? digits.slice(location.countryCode.length)
    : undefined;
  if (national === undefined)
    return { digits: prefixOf(rules.international) + digits, rule: rules.international };
  const { areaCode } = location;
  if (areaCode !== '' && national.startsWith(areaCode) && national.length > areaCode.length) {
    const digits = prefixOf(rules.sameArea) + national.slice(areaCode.length);
    // Behind the area code may stand what alone would be another call: `110`, or `00881…`.
    if (normaliseExternal(digits, location).number === number)
      return { digits, rule: rules.sameArea };
  }
  return { digits: prefixOf(rules.longDistance) + national, rule: rules.longDistance };
}

/** Step B14; without a PBX there is no code. */
function withAccessCode(digits: string, location: NumberLocation): string {
  return location.usesPbx ? location.accessCode + digits : digits;
}
