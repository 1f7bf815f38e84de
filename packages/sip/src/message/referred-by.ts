import { formatNameAddr, type NameAddr, parseNameAddr } from './name-addr.ts';
import { NO_PARAMS } from './params.ts';

/**
 * Who asked for a transfer (RFC 3892 §3); a `cid` parameter that points to a signed body is kept
 * among the parameters.
 *
 * @throws ParseError
 */
export function parseReferredBy(value: string): NameAddr {
  return parseNameAddr(value, 'Referred-By');
}

/**
 * The value of a Referred-By header.
 *
 * @param who URI or name-addr
 * @throws ParseError
 */
export function formatReferredBy(who: string): string {
  return formatNameAddr({ ...parseNameAddr(who, 'Referred-By'), params: NO_PARAMS });
}
