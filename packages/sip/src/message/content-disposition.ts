import { isToken } from './chars.ts';
import { NO_PARAMS, type Params, parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';

/** What a body is for (RFC 3261 §20.11). */
export interface ContentDisposition {
  /** Lower case: `session`, `render`, `icon`, `alert`, `early-session`, … */
  type: string;
  /** A body that must be understood, or the request is refused with 415; the default. */
  required: boolean;
  params: Params;
}

/**
 * Reads a Content-Disposition.
 *
 * @throws ParseError
 */
export function parseContentDisposition(value: string): ContentDisposition {
  const semi = value.indexOf(';');
  const type = value.slice(0, semi < 0 ? value.length : semi).trim();
  if (!isToken(type)) {
    throw new ParseError('header-value', 'Malformed Content-Disposition header field');
  }
  const params = semi < 0 ? NO_PARAMS : parseParams(value, semi, 'Content-Disposition');
  const required = params.get('handling')?.toLowerCase() !== 'optional';
  return { type: type.toLowerCase(), required, params };
}
