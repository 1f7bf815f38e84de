import { skipQuoted } from './chars.ts';
import { ParseError } from './parse-error.ts';

/**
 * Elements of a comma-separated header value (RFC 3261 §7.3.1). Commas inside quoted strings and
 * angle brackets do not separate.
 *
 * @throws ParseError for an empty element, an open quote or an open bracket
 */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return [value];
  const out: string[] = [];
  let start = 0;
  let inBrackets = false;
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c === 34 && !inBrackets) {
      const end = skipQuoted(value, i);
      if (end < 0) throw new ParseError('header-value', 'Unbalanced quote');
      i = end - 1;
    } else if (c === 60) inBrackets = true;
    else if (c === 62) inBrackets = false;
    else if (c === 44 && !inBrackets) {
      push(out, value.slice(start, i));
      start = i + 1;
    }
  }
  if (inBrackets) throw new ParseError('header-value', 'Unbalanced angle bracket');
  push(out, value.slice(start));
  return out;
}

function push(out: string[], element: string): void {
  const trimmed = element.trim();
  if (trimmed === '') throw new ParseError('header-value', 'Empty list element');
  out.push(trimmed);
}
