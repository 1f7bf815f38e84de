import type { Params } from './params.ts';
import { ParseError } from './parse-error.ts';

/**
 * The `q` of an Accept… element or a Contact: 0 … 1, at most three decimals, 1 when absent (RFC 3261
 * §25.1 qvalue).
 *
 * @throws ParseError
 */
export function qualityOf(params: Params, header: string): number {
  const text = params.get('q');
  if (text === undefined) return 1;
  const good = text.length <= 5 && (/^0(\.\d{0,3})?$/.test(text) || /^1(\.0{0,3})?$/.test(text));
  if (!good) throw new ParseError('header-value', `Malformed q value in ${header}`);
  return Number(text);
}
