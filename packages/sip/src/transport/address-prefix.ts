/**
 * What counts as one source: an IPv4 address, and the /64 of an IPv6 address, all of which one host can
 * use at will.
 *
 * @param address without brackets; IPv4 may be mapped (`::ffff:192.0.2.1`)
 */
export function sourcePrefix(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return address.includes(':') ? groups(address).slice(0, 4).join(':') : address;
}

/** The neighbourhood of a source, for limits on what is sent to it: /24 of IPv4, /64 of IPv6. */
export function networkPrefix(address: string): string {
  const source = sourcePrefix(address);
  return source.includes(':') ? source : source.split('.').slice(0, 3).join('.');
}

/** An address in the one form two writings of it can be compared in. */
export function canonicalAddress(address: string): string {
  return address.includes(':') ? groups(address).join(':') : address;
}

/** The eight groups of an IPv6 address without leading zeros. */
function groups(address: string): string[] {
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(missing).fill('0'), ...right].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  );
}
