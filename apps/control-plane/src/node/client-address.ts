const plain = (address: string) => address.trim().replace(/^::ffff:(?=\d+\.)/i, '');

/**
 * The client's address: what the edge in front says in the last hop of X-Forwarded-For, or the
 * peer itself when it is no edge of ours.
 */
export function clientAddressOf(
  peer: string | undefined,
  forwardedFor: string | undefined,
  edges: ReadonlySet<string>,
): string {
  const address = plain(peer ?? '');
  if (!edges.has(address)) return address || 'unknown';
  const hop = plain(forwardedFor?.slice(-100).split(',').at(-1) ?? '');
  return /^[0-9a-fA-F.:]{2,45}$/.test(hop) ? hop : address;
}
