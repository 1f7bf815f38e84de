import type { Target } from '../target.ts';
import type { Hop, TransportName } from '../transport.ts';
import { defaultPort } from '../via-routing.ts';
import type { DnsPort, NaptrRecord } from './dns.ts';
import { srvOrder } from './srv-order.ts';

/** What the asking side can do. */
export interface LocateOptions {
  /** Transports we can send by, in the order we prefer them, with the address families of each. */
  transports: readonly { name: TransportName; families: readonly (4 | 6)[] }[];
  dns: DnsPort;
  isAddress: (host: string) => boolean;
  /** 0 ≤ x < 1, for the weights of SRV. */
  random: () => number;
}

/** No server can be found for a host. */
export class NoSuchHost extends Error {
  constructor(host: string) {
    super(`no SIP server found for ${host}`);
    this.name = 'NoSuchHost';
  }
}

/** Servers a request is offered to at most. */
const MAX_HOPS = 16;

const SERVICES: Readonly<Record<string, TransportName>> = {
  'sip+d2u': 'udp',
  'sip+d2t': 'tcp',
  'sips+d2t': 'tls',
};

/** Owner name of the SRV records of each transport (RFC 3263 §4.1). */
const SRV_PREFIX: Readonly<Partial<Record<TransportName, string>>> = {
  udp: '_sip._udp.',
  tcp: '_sip._tcp.',
  tls: '_sips._tcp.',
};

/**
 * Finds the servers a request is to be sent to, in the order they are to be tried (RFC 3263 §4): an
 * address as it is; a name with a port by A and AAAA; a name with a transport by SRV; a bare name by
 * NAPTR, then SRV, then A and AAAA. Where DNS tells of several servers all of them are given.
 *
 * @throws NoSuchHost, or the error of the name servers when nothing else was found
 */
export async function locate(target: Target, options: LocateOptions): Promise<Hop[]> {
  const { host, port } = target;
  if (options.isAddress(host)) {
    const transport = target.transport ?? (target.secure ? 'tls' : 'udp');
    return [{ transport, address: host, port: port ?? defaultPort(transport) }];
  }
  const search = new Search(host.replace(/\.$/, ''), options);
  if (port !== undefined) {
    await search.addresses(host, port, target.transport ?? (target.secure ? 'tls' : 'udp'));
  } else if (target.transport !== undefined) {
    await search.byTransports([target.transport]);
  } else {
    await search.byName(target.secure ?? false);
  }
  return search.result();
}

class Search {
  private readonly host: string;
  private readonly options: LocateOptions;
  private readonly hops: Hop[] = [];
  private failure: unknown;

  constructor(host: string, options: LocateOptions) {
    this.host = host;
    this.options = options;
  }

  result(): Hop[] {
    if (this.hops.length > 0) return this.hops;
    throw this.failure ?? new NoSuchHost(this.host);
  }

  async byName(secure: boolean): Promise<void> {
    const usable = this.options.transports
      .map(({ name }) => name)
      .filter((name) => (secure ? name === 'tls' : SRV_PREFIX[name] !== undefined));
    const naptr = usableServices(await this.look(this.options.dns.naptr(this.host)), usable);
    for (const { service, replacement } of naptr) {
      const transport = SERVICES[service.toLowerCase()];
      if (transport !== undefined) await this.servers(replacement, transport);
    }
    if (this.hops.length === 0) await this.byTransports(usable);
  }

  /** SRV of each transport; when none has any, addresses of the name at the default port. */
  async byTransports(transports: readonly TransportName[]): Promise<void> {
    let offered = true;
    for (const transport of transports) {
      const prefix = SRV_PREFIX[transport];
      if (prefix === undefined) continue;
      offered = (await this.servers(`${prefix}${this.host}`, transport)) && offered;
    }
    const [first] = transports;
    if (this.hops.length > 0 || !offered || first === undefined) return;
    const transport = transports.includes('udp') ? 'udp' : first;
    await this.addresses(this.host, defaultPort(transport), transport);
  }

  /** Adds the addresses of a name. */
  async addresses(name: string, port: number, transport: TransportName): Promise<void> {
    const { transports, dns, isAddress } = this.options;
    const families = transports.find((known) => known.name === transport)?.families ?? [];
    for (const family of families) {
      const found = isAddress(name) ? [name] : await this.look(dns.addresses(name, family));
      for (const address of found) {
        const seen = this.hops.some(
          (hop) => hop.address === address && hop.port === port && hop.transport === transport,
        );
        if (!seen && this.hops.length < MAX_HOPS) this.hops.push({ transport, address, port });
      }
    }
  }

  /** Adds the servers of one SRV name; false when the domain says that it offers no such service. */
  private async servers(name: string, transport: TransportName): Promise<boolean> {
    const records = await this.look(this.options.dns.srv(name));
    const refused = records.length === 1 && /^\.?$/.test((records[0] as { target: string }).target);
    if (refused) return false;
    for (const { target, port } of srvOrder(records, this.options.random)) {
      if (this.hops.length >= MAX_HOPS) break;
      await this.addresses(target.replace(/\.$/, ''), port, transport);
    }
    return true;
  }

  /** Records of a look-up; a failed one gives none and is told when nothing else helps. */
  private async look<T>(answer: Promise<{ records: readonly T[] }>): Promise<readonly T[]> {
    try {
      return (await answer).records;
    } catch (error) {
      this.failure ??= error;
      return [];
    }
  }
}

function usableServices(
  records: readonly NaptrRecord[],
  usable: readonly TransportName[],
): NaptrRecord[] {
  return records
    .filter(({ flags, service }) => {
      const transport = SERVICES[service.toLowerCase()];
      return flags.toLowerCase() === 's' && transport !== undefined && usable.includes(transport);
    })
    .toSorted((a, b) => a.order - b.order || a.preference - b.preference);
}
