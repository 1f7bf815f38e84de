import { BlockList, isIPv6 } from 'node:net';
import type { LineGroupId } from '@trunkline/contracts/ids.ts';
import type { CertificateIdentity } from '@trunkline/sip/transport/tls-identity.ts';
import { speaksFor } from '@trunkline/sip/transport/tls-identity.ts';
import type { TransportName } from '@trunkline/sip/transport/transport.ts';
import type { LineEntry, LineGroupConfig } from '../config/tenant-model.ts';
import type { PbxResolver } from './resolver.ts';
import { tlsPeerOf } from './target.ts';

/** Where a request came from. */
export interface RequestSource {
  address: string;
  transport: TransportName;
  certificate?: CertificateIdentity;
}

/** Answers kept; strangers try many addresses. */
const maxRemembered = 10_000;

/**
 * Which line groups a request may come from the PBX of: by the addresses their registrar and proxy
 * resolve to, the peer addresses they list, or the certificate they show (LIN-079, LIN-080). A
 * fixed-IP trunk has only what it lists. Of a group with TLS nothing is believed that came
 * unencrypted.
 */
export class PbxPeers {
  private readonly lines: () => readonly LineEntry[];
  private readonly resolver: Pick<PbxResolver, 'addressesOf' | 'changes'>;
  private built: { lines: readonly LineEntry[]; changes: number } | undefined;
  private groups: readonly { group: LineGroupConfig; ranges: BlockList }[] = [];
  private remembered = new Map<string, readonly LineGroupConfig[]>();

  constructor(
    lines: () => readonly LineEntry[],
    resolver: Pick<PbxResolver, 'addressesOf' | 'changes'>,
  ) {
    this.lines = lines;
    this.resolver = resolver;
  }

  /** Groups whose PBX this may be; none for a stranger. */
  groupsAt(source: RequestSource): ReadonlySet<LineGroupId> {
    this.refresh();
    const { address, transport, certificate } = source;
    let byAddress = this.remembered.get(address);
    if (byAddress === undefined) {
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      byAddress = this.groups
        .filter(({ ranges }) => ranges.check(address, family))
        .map(({ group }) => group);
      if (this.remembered.size >= maxRemembered) this.remembered.clear();
      this.remembered.set(address, byAddress);
    }
    const byName = certificate
      ? this.groups.filter(({ group }) => provesPbx(group, certificate)).map(({ group }) => group)
      : [];
    const usable = [...byAddress, ...byName].filter(
      (group) => group.transport !== 'tls' || transport === 'tls',
    );
    return new Set(usable.map(({ id }) => id));
  }

  private refresh(): void {
    const lines = this.lines();
    const { changes } = this.resolver;
    if (this.built?.lines === lines && this.built.changes === changes) return;
    this.built = { lines, changes };
    this.remembered = new Map();
    const groups = new Map(lines.map(({ group }) => [group.id, group]));
    this.groups = [...groups.values()].map((group) => ({ group, ranges: this.rangesOf(group) }));
  }

  private rangesOf(group: LineGroupConfig): BlockList {
    const ranges = new BlockList();
    const named =
      group.kind === 'trunk_static' ? [] : [group.registrarHost, group.proxyHost ?? []].flat();
    const addresses = named.flatMap((host) => this.resolver.addressesOf(host));
    for (const range of [...addresses, ...group.peerAddresses]) {
      const [address = '', bits] = range.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      ranges.addSubnet(address, bits === undefined ? full[family] : Number(bits), family);
    }
    return ranges;
  }
}

const full = { ipv4: 32, ipv6: 128 } as const;

/** Only who is called over TLS can be told by certificate, and only if it is checked at all. */
function provesPbx(group: LineGroupConfig, certificate: CertificateIdentity): boolean {
  if (group.transport !== 'tls' || group.tlsVerify === 'none') return false;
  return tlsPeerOf(group).domains.some((domain) => speaksFor(certificate, domain));
}
