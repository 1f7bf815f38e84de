import { cleanNumber, userPartOf } from './clean.ts';
import { isSpecial } from './country.ts';
import {
  ddiPrefix,
  inDdiSpace,
  internalByLength,
  type NumberLocation,
  ownExtension,
} from './location.ts';
import { normaliseExternal } from './normalise.ts';
import type { Trace, TraceStep } from './trace.ts';

/** Where the PBX reported the number: caller, callee, forwarding target, connected party. */
export type ReportedKind = 'in' | 'out' | 'fwd' | 'conn-in' | 'conn-out';

export interface ReportedInput {
  /** As reported: a number, or a sip: or tel: URI. */
  readonly raw: string;
  readonly kind: ReportedKind;
  readonly location: NumberLocation;
}

export interface ReportedNumber {
  /** Supercanonical if possible; empty when withheld or no number. */
  readonly number: string;
  readonly class: 'internal' | 'external' | 'unknown';
  readonly trace: Trace;
}

/**
 * Pipeline A: turns a number reported by the PBX into its one unambiguous form (NUM-064 … NUM-069).
 * Total: every input gives a result.
 */
export function interpretReported({ raw, location }: ReportedInput): ReportedNumber {
  const trace: TraceStep[] = [];
  const step = (id: string, before: string, after: string, rule: string) => {
    trace.push({ step: id, before, after, rule });
    return after;
  };

  let number = step('A1', raw, cleanNumber(userPartOf(raw)), 'clean');
  if (number === '' || number === '+') return { number: '', class: 'unknown', trace };

  if (number.startsWith('+')) {
    const internal = ownExtension(number, location) !== undefined;
    step('A2', number, number, 'arrived supercanonical');
    return { number, class: internal ? 'internal' : 'external', trace };
  }

  const stripped = stripAccessCode(number, location);
  if (stripped !== number) {
    number = step('A3', number, stripped, `access code ${location.accessCode}`);
  } else if (inDdiSpace(number, location)) {
    step('A4', number, number, 'b: DDI space');
    return {
      number: step('A6', number, `${ddiPrefix(location) ?? ''}${number}`, 'own DDI number'),
      class: 'internal',
      trace,
    };
  } else if (internalByLength(number, location) && !isSpecial(number, location.countryCode)) {
    step('A4', number, number, 'e: internal length');
    return { number, class: 'internal', trace };
  } else {
    step('A4', number, number, 'f: external');
  }

  const normal = normaliseExternal(number, location);
  return { number: step('A6', number, normal.number, normal.rule), class: 'external', trace };
}

/** Step A3 with its safeguards: never leaves nothing, never breaks a special number (O7). */
function stripAccessCode(number: string, location: NumberLocation): string {
  const { accessCode } = location;
  if (!location.usesPbx || accessCode === '' || !number.startsWith(accessCode)) return number;
  if (number.length === accessCode.length || isSpecial(number, location.countryCode)) return number;
  return number.slice(accessCode.length);
}
