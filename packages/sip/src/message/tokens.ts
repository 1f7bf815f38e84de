import { isToken } from './chars.ts';
import type { Headers } from './headers.ts';
import { ParseError } from './parse-error.ts';

/** Headers that are lists of tokens (RFC 3261 §20.5, §20.12, §20.13, §20.29, §20.32, §20.37, §20.40). */
export type TokenListHeader =
  | 'allow'
  | 'allow-events'
  | 'content-encoding'
  | 'content-language'
  | 'proxy-require'
  | 'require'
  | 'supported'
  | 'unsupported';

/**
 * The tokens of such a header over all its lines, as written. Methods are compared with case, option
 * tags and the rest without (RFC 3261 §7.3.1).
 *
 * @throws ParseError for an empty element or one that is no token
 */
export function parseTokens(headers: Headers, key: TokenListHeader): string[] {
  const tokens = headers.elements(key);
  for (const token of tokens) {
    if (!isToken(token)) throw new ParseError('header-value', `Malformed ${key} header field`);
  }
  return tokens;
}

/** Whether an option tag, encoding or language is among the tokens. */
export function hasToken(tokens: readonly string[], token: string): boolean {
  const wanted = token.toLowerCase();
  return tokens.some((each) => each.toLowerCase() === wanted);
}
