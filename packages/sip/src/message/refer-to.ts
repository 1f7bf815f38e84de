import { type NameAddr, parseNameAddr } from './name-addr.ts';
import { formatReplaces, parseReplaces, type Replaces } from './replaces.ts';
import { formatUri } from './uri.ts';
import { formatUriHeaders, parseUriHeaders } from './uri-headers.ts';

/** Where a REFER sends somebody (RFC 3515 §2.1). */
export interface ReferTo {
  /** The address as it was written. */
  address: NameAddr;
  /** The URI without `method` and header fields, fit to be called. */
  target: string;
  /** Method to be used there; `INVITE` unless the URI says otherwise. */
  method: string;
  /** The call to be replaced there: an attended transfer (RFC 3891 §4). */
  replaces: Replaces | undefined;
}

/**
 * Reads a Refer-To value.
 *
 * @throws ParseError
 */
export function parseReferTo(value: string): ReferTo {
  const address = parseNameAddr(value, 'Refer-To');
  const { uri } = address;
  if (uri.kind !== 'sip') {
    return { address, target: address.uriText, method: 'INVITE', replaces: undefined };
  }
  const params = new Map(uri.params);
  params.delete('method');
  const fields = uri.headers === undefined ? [] : parseUriHeaders(uri.headers);
  const replaces = fields.find(([name]) => name.toLowerCase() === 'replaces')?.[1];
  return {
    address,
    target: formatUri({ ...uri, params, headers: undefined }),
    method: (uri.params.get('method') ?? 'INVITE').toUpperCase(),
    replaces: replaces === undefined ? undefined : parseReplaces(replaces),
  };
}

/**
 * The value of a Refer-To header.
 *
 * @param target URI or name-addr
 * @throws ParseError when the target is malformed
 */
export function formatReferTo(
  target: string,
  replaces?: Omit<Replaces, 'earlyOnly'> & { earlyOnly?: boolean },
): string {
  const { uriText } = parseNameAddr(target, 'Refer-To');
  if (replaces === undefined) return `<${uriText}>`;
  const joint = uriText.includes('?') ? '&' : '?';
  return `<${uriText}${joint}${formatUriHeaders([['Replaces', formatReplaces(replaces)]])}>`;
}
