import { isIP } from 'node:net';
import { isPeerAddress } from '@trunkline/contracts/peer-address.ts';
import type { DnsAnswer, DnsPort } from '@trunkline/sip/transport/resolver/dns.ts';
import { nodeDns } from '@trunkline/sip/transport/resolver/node-dns.ts';

const maxHosts = 2000;

/**
 * Looks up the PBXs' names and remembers what came out: why a line cannot register, and from which
 * addresses its PBX may call.
 */
export class PbxResolver implements DnsPort {
  private readonly dns: DnsPort;
  private readonly known = new Map<string, readonly string[]>();
  private readonly failures = new Map<string, string>();

  constructor(dns: DnsPort = nodeDns()) {
    this.dns = dns;
  }

  naptr(name: string): ReturnType<DnsPort['naptr']> {
    return this.dns.naptr(name);
  }

  srv(name: string): ReturnType<DnsPort['srv']> {
    return this.dns.srv(name);
  }

  /** Addresses of a host. @throws the name servers' error, or when one of them cannot be a PBX */
  async addresses(host: string, family: 4 | 6): Promise<DnsAnswer<string>> {
    try {
      const answer = await this.dns.addresses(host, family);
      const wrong = answer.records.find((address) => !isPeerAddress(address));
      if (wrong !== undefined) throw new Error(`${wrong} cannot be a telephone system`);
      if (answer.records.length === 0) throw new Error(`no address of ${host} found`);
      remember(this.known, host, answer.records);
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

  /** Addresses of a host as far as known; an address is its own. */
  addressesOf(host: string): readonly string[] {
    const bare = host.replace(/^\[|\]$/g, '');
    return isIP(bare) ? [bare] : (this.known.get(host) ?? []);
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  const [oldest] = map.keys();
  if (map.size >= maxHosts && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
