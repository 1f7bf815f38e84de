import { BlockList, isIP } from 'node:net';

/** What an SDP says when media are to go nowhere (RFC 3264 §8.4). */
export const nowhere = '0.0.0.0';

/** Unspecified, multicast, reserved and broadcast: never the address of one who speaks. */
const noPlace = listOf(['0.0.0.0', 8], ['224.0.0.0', 3], ['::', 128], ['ff00::', 8]);
/** Means another machine, or another service, wherever it is read. */
const local = [listOf(['127.0.0.0', 8], ['::1', 128]), listOf(['169.254.0.0', 16], ['fe80::', 10])];

/**
 * Where media for a PBX go. An SDP may name its author's own loopback or link-local address, by a
 * mistake in its set-up or to have us speak to our own machine or its provider's. Then, unless the PBX
 * signals from such an address itself, the signalling source stands in, as with symmetric RTP
 * (VOX-119): the port is the one named, and packets from there may move it. A name goes through as it
 * is.
 * @param signalling addresses of the PBX's SIP, the surest first
 * @returns an address, or `nowhere` when there is none anything may be sent to
 */
export function mediaAddress(named: string, signalling: readonly string[]): string {
  if (isIP(named) === 0) return named;
  if (isIn(noPlace, named)) return nowhere;
  const kind = local.find((list) => isIn(list, named));
  if (!kind || signalling.some((address) => isIn(kind, address))) return named;
  return signalling.find((address) => isIP(address) !== 0 && !isIn(noPlace, address)) ?? nowhere;
}

/** True for what is nobody's address. */
export const isNowhere = (address: string): boolean => isIn(noPlace, address);

/** True for what means another machine wherever it is read. */
export const isLocal = (address: string): boolean => local.some((list) => isIn(list, address));

function isIn(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

function listOf(...subnets: readonly (readonly [net: string, bits: number])[]): BlockList {
  const list = new BlockList();
  for (const [net, bits] of subnets) list.addSubnet(net, bits, isIP(net) === 6 ? 'ipv6' : 'ipv4');
  return list;
}
