import { parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';

/** The dialog an INVITE takes the place of (RFC 3891 §6.1), as its recipient sees it. */
export interface Replaces {
  callId: string;
  /** Local tag of the recipient. */
  toTag: string;
  /** Remote tag of the recipient. */
  fromTag: string;
  /** Only while the dialog is early. */
  earlyOnly: boolean;
}

/**
 * Reads a Replaces value.
 *
 * @throws ParseError when Call-ID or one of the tags is missing
 */
export function parseReplaces(value: string): Replaces {
  const semi = value.indexOf(';');
  const callId = (semi < 0 ? value : value.slice(0, semi)).trim();
  const params = parseParams(value, semi < 0 ? value.length : semi, 'Replaces');
  const toTag = params.get('to-tag');
  const fromTag = params.get('from-tag');
  if (callId === '' || toTag === undefined || fromTag === undefined) {
    throw new ParseError('header-value', 'Malformed Replaces header field');
  }
  return { callId, toTag, fromTag, earlyOnly: params.has('early-only') };
}

/** The value of a Replaces header. */
export function formatReplaces(
  replaces: Omit<Replaces, 'earlyOnly'> & { earlyOnly?: boolean },
): string {
  const { callId, toTag, fromTag, earlyOnly } = replaces;
  const early = earlyOnly === true ? ';early-only' : '';
  return `${callId};to-tag=${toTag};from-tag=${fromTag}${early}`;
}
