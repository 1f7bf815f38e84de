import type { Headers } from './headers.ts';
import { formatNameAddr, type NameAddr, parseNameAddr } from './name-addr.ts';
import { NO_PARAMS } from './params.ts';

/** At most one sip: or sips: and one tel: URI are allowed (RFC 3325 §9.1). */
const MAX_IDENTITIES = 2;

/**
 * The identities a trusted network vouches for (RFC 3325 §9.1); more than two are cut off.
 *
 * @throws ParseError
 */
export function parseAssertedIdentity(headers: Headers): NameAddr[] {
  return headers
    .elements('p-asserted-identity')
    .slice(0, MAX_IDENTITIES)
    .map((element) => parseNameAddr(element, 'P-Asserted-Identity'));
}

/**
 * The value of a P-Asserted-Identity header.
 *
 * @param identity URI or name-addr
 * @throws ParseError
 */
export function formatAssertedIdentity(identity: string): string {
  return formatNameAddr({ ...parseNameAddr(identity, 'P-Asserted-Identity'), params: NO_PARAMS });
}
