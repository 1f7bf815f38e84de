/** Character classes of RFC 3261 §25.1. */

const TOKEN = new Uint8Array(128);
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~") {
  TOKEN[c.charCodeAt(0)] = 1;
}

/** True for one character of `token`. */
export function isTokenChar(code: number): boolean {
  return code < 128 && TOKEN[code] === 1;
}

/** True when `text[start, end)` is a non-empty `token`. */
export function isToken(text: string, start = 0, end = text.length): boolean {
  if (end <= start) return false;
  for (let i = start; i < end; i++) {
    if (!isTokenChar(text.charCodeAt(i))) return false;
  }
  return true;
}

/** True when `text[start, end)` is one or more ASCII digits. */
export function isDigits(text: string, start = 0, end = text.length): boolean {
  if (end <= start) return false;
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c < 48 || c > 57) return false;
  }
  return true;
}

/** True for SP and HTAB, the white space left once folded lines are joined. */
export function isLws(code: number): boolean {
  return code === 32 || code === 9;
}

/** Index of the first character at or after `pos` and before `end` that is not white space. */
export function skipLws(text: string, pos: number, end = text.length): number {
  let i = pos;
  while (i < end && isLws(text.charCodeAt(i))) i++;
  return i;
}

/** Index behind the last character of `text[start, end)` that is not white space. */
export function trimmedEnd(text: string, start: number, end: number): number {
  let i = end;
  while (i > start && isLws(text.charCodeAt(i - 1))) i--;
  return i;
}

/** Index of a character in `text[start, end)`; `end` when it is not there. */
export function findChar(text: string, char: string, start: number, end: number): number {
  // The search runs natively, past `end` at worst: still far quicker than a look at each character.
  const found = text.indexOf(char, start);
  return found < 0 || found > end ? end : found;
}

/**
 * Index just behind the quoted string that opens at `pos` (RFC 3261 §25.1 quoted-string with
 * quoted-pairs), or -1 when it is never closed.
 */
export function skipQuoted(text: string, pos: number, end = text.length): number {
  for (let i = pos + 1; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) i++;
    else if (c === 34) return i + 1;
  }
  return -1;
}

/** Text of a quoted string without its quotes and escapes; other text is returned as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || text.charCodeAt(0) !== 34) return text;
  const inner = text.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\([\s\S])/g, '$1') : inner;
}

/** Text as a quoted string. */
export function quote(text: string): string {
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
}
