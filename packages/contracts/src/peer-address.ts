import { z } from 'zod';

/**
 * False for IPv4 addresses no telephone system can have: unspecified, link-local (where clouds keep
 * their metadata service), multicast, reserved and broadcast (RFC 6890). A tenant names its PBX; it
 * must not be able to point us there.
 */
export function isPeerAddress(address: string): boolean {
  const [first, second] = address.split('.').map(Number);
  if (first === undefined) return false;
  return first !== 0 && first < 224 && !(first === 169 && second === 254);
}

/**
 * False for what no telephone system can have; a range must be a single network of at most
 * 65,536 IPv4 addresses or a /48 of IPv6, so that nobody takes calls from the whole Internet.
 */
export function isPeerRange(range: string): boolean {
  const [address = '', bits, ...rest] = range.split('/');
  if (rest.length > 0 || (bits !== undefined && !/^[0-9]{1,3}$/.test(bits))) return false;
  if (z.ipv4().safeParse(address).success) {
    const length = bits === undefined ? 32 : Number(bits);
    return length >= 16 && length <= 32 && isPeerAddress(address);
  }
  if (!z.ipv6().safeParse(address).success) return false;
  const length = bits === undefined ? 128 : Number(bits);
  if (length < 48 || length > 128 || /^(?:fe8|fe9|fea|feb|ff)/i.test(address)) return false;
  return !holdsIpv4(address) || (length === 128 && isLoopback(address));
}

/**
 * True for IPv6 addresses that begin with 64 zero bits: there are the unspecified address and all of
 * IPv4 (RFC 4291 §2.5.5). `::ffff:0:0/96` would be the whole Internet, and `::ffff:192.0.2.1` an
 * address of IPv4 under a name of its own.
 */
function holdsIpv4(address: string): boolean {
  const [front = '', back] = address.split('::');
  const groups = front === '' ? [] : front.split(':');
  const isZero = (group: string) => /^0+$/.test(group);
  if (back === undefined) return groups.slice(0, 4).every(isZero);
  // "::" stands for as many zeros as are missing; an IPv4 tail for two groups.
  const behind =
    back === '' ? [] : back.split(':').flatMap((one) => (one.includes('.') ? [one, one] : [one]));
  const missing = Math.max(0, 8 - groups.length - behind.length);
  return [...groups, ...Array.from({ length: missing }, () => '0'), ...behind]
    .slice(0, 4)
    .every(isZero);
}

function isLoopback(address: string): boolean {
  return /^[0:]*:0*1$/.test(address);
}
