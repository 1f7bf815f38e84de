import { splitList } from './list.ts';
import { ParseError } from './parse-error.ts';

/** Characters of `word` (RFC 3261 §25.1). */
const WORD = /^[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+(?:@[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+)?$/;

/** Whether the text is a Call-ID by the grammar; what arrives is taken even when it is not. */
export function isCallId(text: string): boolean {
  return text.length <= 1_024 && WORD.test(text);
}

/**
 * The Call-IDs of an In-Reply-To (RFC 3261 §20.21).
 *
 * @throws ParseError
 */
export function parseInReplyTo(value: string): string[] {
  // Quotes are plain characters of a word, so that the common list splitter would misread them.
  const ids = value.includes('"') ? value.split(',').map((id) => id.trim()) : splitList(value);
  if (!ids.every(isCallId)) {
    throw new ParseError('header-value', 'Malformed In-Reply-To header field');
  }
  return ids;
}
