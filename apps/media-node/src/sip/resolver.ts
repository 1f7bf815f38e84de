import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPeerAddress } from '@trunkline/contracts/peer-address.ts';

const maxHosts = 2000;

/**
 * Looks up the PBXs' names and remembers what came out: why a line cannot register, and from which
 * addresses its PBX may call.
 */
export class PbxResolver {
  private readonly known = new Map<string, readonly string[]>();
  private readonly failures = new Map<string, string>();

  /** An IPv4 address of a host, as our socket needs. @throws the resolver's error */
  async resolve(host: string): Promise<string> {
    try {
      const addresses = (await lookup(host, { all: true, family: 4 })).map(
        ({ address }) => address,
      );
      const [first] = addresses;
      if (first === undefined) throw new Error('no address');
      const wrong = addresses.find((address) => !isPeerAddress(address));
      if (wrong !== undefined) throw new Error(`${wrong} cannot be a telephone system`);
      remember(this.known, host, addresses);
      this.failures.delete(host);
      return first;
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
