import { isToken } from './chars.ts';
import type { Headers } from './headers.ts';
import { NO_PARAMS, type Params, parseParams } from './params.ts';
import { ParseError } from './parse-error.ts';
import { qualityOf } from './quality.ts';

/** A Content-Type (RFC 3261 §20.15) or one range of Accept (§20.1). */
export interface MediaType {
  /** Lower case, `*` in a range. */
  type: string;
  /** Lower case, `*` in a range. */
  subtype: string;
  params: Params;
}

export interface MediaRange extends MediaType {
  /** 0 … 1; 0 means not acceptable. */
  quality: number;
}

/**
 * Reads a media type.
 *
 * @throws ParseError
 */
export function parseMediaType(value: string, header = 'Content-Type'): MediaType {
  const slash = value.indexOf('/');
  const semi = value.indexOf(';');
  const end = semi < 0 ? value.length : semi;
  const type = value.slice(0, Math.max(slash, 0)).trim();
  const subtype = value.slice(slash + 1, end).trim();
  if (slash < 0 || slash > end || !isToken(type) || !isToken(subtype)) {
    throw new ParseError('header-value', `Malformed ${header} header field`);
  }
  return {
    type: type.toLowerCase(),
    subtype: subtype.toLowerCase(),
    params: semi < 0 ? NO_PARAMS : parseParams(value, semi, header),
  };
}

/**
 * The ranges of Accept; `undefined` when there is no such header, which means `application/sdp`, an
 * empty list when it is there and empty, which means nothing (RFC 3261 §20.1).
 *
 * @throws ParseError
 */
export function parseAccept(headers: Headers): MediaRange[] | undefined {
  if (!headers.has('accept')) return undefined;
  return headers.elements('accept').map((element) => {
    const range = parseMediaType(element, 'Accept');
    return { ...range, quality: qualityOf(range.params, 'Accept') };
  });
}

/** Whether the ranges allow a type such as `application/sdp`; the most specific one decides. */
export function accepts(ranges: readonly MediaRange[] | undefined, wanted: string): boolean {
  if (ranges === undefined) return wanted.toLowerCase() === 'application/sdp';
  const [type, subtype] = wanted.toLowerCase().split('/');
  let best = -1;
  let quality = 0;
  for (const range of ranges) {
    const fits =
      (range.type === '*' || range.type === type) &&
      (range.subtype === '*' || range.subtype === subtype);
    const specific = Number(range.type !== '*') + Number(range.subtype !== '*');
    if (!fits || specific <= best) continue;
    best = specific;
    quality = range.quality;
  }
  return quality > 0;
}
