import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { normalisePhone } from './binding.ts';

/** A line's number with the letter of a parallel phone (LIN-013). */
export interface OwnNumber {
  readonly number: string;
  readonly suffix: string;
}

/** Reads a number as lines have it, with its suffix; null for text that is none. */
export function readNumber(text: string): OwnNumber | null {
  const [, number, suffix = ''] = /^(\+?[0-9]{1,20})([a-z]?)$/.exec(normalisePhone(text)) ?? [];
  return number === undefined ? null : { number, suffix };
}

const refused = (pointer: string, message: string) =>
  new TrunklineError('invalid_request', { errors: [{ pointer, message }] });

/**
 * The number of a line: as entered, or taken from the user name where none is (LIN-054), which is
 * the only way in groups with automatic numbers (LIN-024). A suffix may be entered where the user
 * name brings none.
 * @throws TrunklineError `invalid_request` when there is no number, or one was entered by hand
 */
export function numberOfLine(
  line: { userName: string; number?: string | undefined; suffix: string },
  numbersAutomatic: boolean,
): OwnNumber {
  const entered = line.number;
  if (entered !== undefined && !numbersAutomatic) return { number: entered, suffix: line.suffix };
  const taken = readNumber(line.userName);
  if (!taken)
    throw refused(
      numbersAutomatic ? '/userName' : '/number',
      'the user name is no number that could be taken',
    );
  if (entered !== undefined && entered !== taken.number)
    throw refused('/number', 'numbers of this group are taken from the user names');
  return { number: taken.number, suffix: line.suffix === '' ? taken.suffix : line.suffix };
}
