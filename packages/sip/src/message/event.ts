import { isToken } from './chars.ts';
import { type Params, parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';

/** An event package and which subscription to it is meant (RFC 6665 §8.2.1). */
export interface EventValue {
  /** Package with its templates, such as `dialog` or `presence.winfo`; lower case. */
  type: string;
  /** `''` when there is none. */
  id: string;
  params: Params;
}

/**
 * Reads an Event value.
 *
 * @throws ParseError
 */
export function parseEvent(value: string): EventValue {
  const semi = value.indexOf(';');
  const type = (semi < 0 ? value : value.slice(0, semi)).trim();
  if (!isToken(type)) throw new ParseError('header-value', 'Malformed Event header field');
  const params = parseParams(value, semi < 0 ? value.length : semi, 'Event');
  return { type: type.toLowerCase(), id: params.get('id') ?? '', params };
}

/** The value of an Event header. */
export function formatEvent({ type, id }: Pick<EventValue, 'type' | 'id'>): string {
  return id === '' ? type : `${type};id=${id}`;
}
