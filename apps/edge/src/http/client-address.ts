/** `::ffff:10.0.0.1` and `10.0.0.1` are the same client. */
function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/**
 * The address of the client: the peer, or, when that is one of our reverse proxies, the last hop
 * of X-Forwarded-For that is not. What a client writes into the header itself counts for nothing.
 */
export function clientAddressOf(
  peer: string | undefined,
  forwardedFor: string | null | undefined,
  trustedProxies: ReadonlySet<string>,
): string {
  let address = plain(peer ?? '');
  const hops = (forwardedFor ?? '').slice(0, 2000).split(',').map(plain);
  while (trustedProxies.has(address)) {
    const hop = hops.pop();
    if (!hop || !/^[0-9a-fA-F.:]{2,45}$/.test(hop)) break;
    address = hop;
  }
  return address || 'unknown';
}
