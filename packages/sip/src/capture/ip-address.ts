import { ipv4Octets, ipv6Octets } from '../message/ipv6.ts';

/**
 * Octets of an IP address: 4 or 16. Brackets and a zone are taken off.
 *
 * @throws RangeError when it is no IP address
 */
export function addressOctets(text: string): Uint8Array {
  const open = text.startsWith('[') ? 1 : 0;
  const zone = text.indexOf('%');
  const end = zone >= 0 ? zone : text.endsWith(']') ? text.length - 1 : text.length;
  const bare = text.slice(open, end);
  const octets = bare.includes(':') ? ipv6Octets(bare) : ipv4Octets(bare);
  if (octets === undefined) throw new RangeError('not an IP address');
  return octets;
}

/** The address as IPv6, an IPv4 one mapped (RFC 4291 §2.5.5.2). */
export function mappedOctets(octets: Uint8Array): Uint8Array {
  if (octets.length === 16) return octets;
  const out = new Uint8Array(16);
  out.set([0xff, 0xff], 10);
  out.set(octets, 12);
  return out;
}
