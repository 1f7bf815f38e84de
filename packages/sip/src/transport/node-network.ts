import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** True for an IPv4 or IPv6 address. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}

/**
 * The address to tell others when the socket is bound to all: the first of the machine that is not
 * a loopback, else the loopback.
 *
 * @param bound address the socket is bound to; returned as it is unless it is the wildcard
 */
export function advertisableAddress(bound: string): string {
  if (bound !== '0.0.0.0' && bound !== '::') return bound;
  const family = bound === '::' ? 'IPv6' : 'IPv4';
  for (const addresses of Object.values(networkInterfaces())) {
    for (const entry of addresses ?? []) {
      const linkLocal = entry.address.startsWith('fe80:');
      if (entry.family === family && !entry.internal && !linkLocal) return entry.address;
    }
  }
  return family === 'IPv6' ? '::1' : '127.0.0.1';
}
