import { isLocal, isNowhere } from '../calls/media-address.ts';
import type { LineEntry } from '../config/tenant-model.ts';
import type { PbxPeers } from './peers.ts';
import type { PbxResolver } from './resolver.ts';

/**
 * Tells whether SIP may go to an address. PBXs name addresses in Contact and Record-Route, and their
 * name servers do: none of them may have us speak to our own machine, or to its provider's. Loopback and
 * link-local are open to PBXs that are set up to be there.
 */
export function reachable(
  lines: () => readonly LineEntry[],
  peers: Pick<PbxPeers, 'groupsAt'>,
  resolver: Pick<PbxResolver, 'addressesOf'>,
): (address: string) => boolean {
  return (address) => {
    if (isNowhere(address)) return false;
    if (!isLocal(address)) return true;
    return (
      peers.groupsAt({ address, transport: 'tls' }).size > 0 ||
      lines().some(({ group: { registrarHost, proxyHost } }) =>
        [registrarHost, proxyHost ?? []]
          .flat()
          .some((host) => resolver.addressesOf(host).includes(address)),
      )
    );
  };
}

/** Hosts of PBXs nobody has looked up yet. */
export function unknownHosts(
  lines: readonly LineEntry[],
  resolver: Pick<PbxResolver, 'addressesOf' | 'failureOf'>,
): number {
  const hosts = lines.flatMap(({ group: { kind, registrarHost, proxyHost } }) =>
    kind === 'trunk_static' ? [] : [proxyHost ?? registrarHost],
  );
  const unknown = [...new Set(hosts)].filter(
    (host) => resolver.addressesOf(host).length === 0 && resolver.failureOf(host) === null,
  );
  return unknown.length;
}
