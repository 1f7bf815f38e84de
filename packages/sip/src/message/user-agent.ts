import { isToken } from './chars.ts';
import { ParseError } from './parse-error.ts';

/** One word of User-Agent or Server (RFC 3261 §20.35, §20.41). */
export type ProductPart =
  | { kind: 'product'; name: string; version: string | undefined }
  | { kind: 'comment'; text: string };

const MAX_PARTS = 32;

/**
 * Reads User-Agent or Server: products and comments in parentheses, which nest. Many devices write
 * free text there; nothing hangs on it, so callers show the raw value when this fails.
 *
 * @throws ParseError
 */
export function parseProducts(value: string): ProductPart[] {
  const parts: ProductPart[] = [];
  let rest = value.trim();
  while (rest !== '') {
    if (parts.length >= MAX_PARTS) throw malformed();
    const end = rest.startsWith('(') ? commentEnd(rest) : (/[ \t(]|$/.exec(rest)?.index ?? 0);
    const word = rest.slice(0, end);
    parts.push(word.startsWith('(') ? comment(word) : product(word));
    rest = rest.slice(end).trimStart();
  }
  if (parts.length === 0) throw malformed();
  return parts;
}

function comment(word: string): ProductPart {
  return { kind: 'comment', text: word.slice(1, -1) };
}

function product(word: string): ProductPart {
  const slash = word.indexOf('/');
  const name = slash < 0 ? word : word.slice(0, slash);
  const version = slash < 0 ? undefined : word.slice(slash + 1);
  if (!isToken(name) || (version !== undefined && !isToken(version))) throw malformed();
  return { kind: 'product', name, version };
}

function commentEnd(text: string): number {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '\\') i++;
    else if (c === '(') depth++;
    else if (c === ')' && --depth === 0) return i + 1;
  }
  throw malformed();
}

function malformed(): ParseError {
  return new ParseError('header-value', 'Malformed User-Agent or Server header field');
}
