import { isIP } from 'node:net';
import { isPeerAddress } from '@trunkline/contracts/peer-address.ts';
import type { DnsAnswer, DnsPort } from '@trunkline/sip/transport/resolver/dns.ts';
import { nodeDns } from '@trunkline/sip/transport/resolver/node-dns.ts';

const maxHosts = 2000;
const maxServers = 32;

/**
 * Looks up the PBXs' names and remembers what came out: why a line cannot register, and from which
 * addresses its PBX may call.
 */
export class PbxResolver implements DnsPort {
  private readonly dns: DnsPort;
  /** Servers DNS names for a host (SRV, NAPTR). */
  private readonly servers = new Map<string, readonly string[]>();
  private readonly known = new Map<string, readonly string[]>();
  private readonly failures = new Map<string, string>();

  /** Counts what was learnt anew: whoever keeps addresses asks again when it grows. */
  changes = 0;

  constructor(dns: DnsPort = nodeDns()) {
    this.dns = dns;
  }

  async naptr(name: string): ReturnType<DnsPort['naptr']> {
    const answer = await this.dns.naptr(name);
    const leads = answer.records.map(({ replacement }) => hostOfService(replacement));
    this.learn(this.servers, name, [...new Set(leads)]);
    return answer;
  }

  async srv(name: string): ReturnType<DnsPort['srv']> {
    const answer = await this.dns.srv(name);
    const host = hostOfService(name);
    const targets = answer.records.map(({ target }) => target.replace(/\.$/, ''));
    if (targets.length > 0)
      this.learn(this.servers, host, [...new Set([...(this.servers.get(host) ?? []), ...targets])]);
    return answer;
  }

  /** Addresses of a host. @throws the name servers' error, or when one of them cannot be a PBX */
  async addresses(host: string, family: 4 | 6): Promise<DnsAnswer<string>> {
    try {
      const answer = await this.dns.addresses(host, family);
      const wrong = answer.records.find((address) => !isPeerAddress(address));
      if (wrong !== undefined) throw new Error(`${wrong} cannot be a telephone system`);
      if (answer.records.length === 0) throw new Error(`no address of ${host} found`);
      this.learn(this.known, host, answer.records);
      this.failures.delete(host);
      return answer;
    } catch (error) {
      remember(this.failures, host, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Why the last look-up of a host failed, or null. */
  failureOf(host: string): string | null {
    return this.failures.get(host) ?? null;
  }

  /** Addresses of a host and of the servers DNS names for it, as far as known. */
  addressesOf(host: string): readonly string[] {
    const bare = host.replace(/^\[|\]$/g, '');
    if (isIP(bare)) return [bare];
    // NAPTR leads to a service, SRV to a server, and that to addresses.
    const names = new Set([host]);
    for (let depth = 0; depth < 2; depth++)
      for (const name of [...names])
        for (const next of this.servers.get(name) ?? []) names.add(next);
    return [...names].flatMap((name) => this.known.get(name) ?? []);
  }

  private learn(map: Map<string, readonly string[]>, host: string, found: readonly string[]): void {
    const before = map.get(host) ?? [];
    if (before.length !== found.length || before.some((item) => !found.includes(item)))
      this.changes += 1;
    remember(map, host, found.slice(0, maxServers));
  }
}

/** The domain behind `_sip._udp.`. */
function hostOfService(name: string): string {
  return name.replace(/^(?:_[^.]+\.)+/, '').replace(/\.$/, '');
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  const [oldest] = map.keys();
  if (map.size >= maxHosts && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
