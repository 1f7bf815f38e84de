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
