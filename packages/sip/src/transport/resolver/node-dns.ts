import { lookup, Resolver } from 'node:dns/promises';
import type { DnsAnswer, DnsPort } from './dns.ts';

/** No answer within this many milliseconds counts as a failure; asked twice. */
const QUERY_MS = 2_000;
const TRIES = 2;

/** Codes that mean: the name or the record does not exist. */
const NOTHING = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Name resolution of the machine. NAPTR, SRV and addresses with their time to live come from the name
 * servers; what those do not know is looked up as the system does, with the hosts file.
 */
export function nodeDns(): DnsPort {
  const resolver = new Resolver({ timeout: QUERY_MS, tries: TRIES });
  return {
    naptr: (name) =>
      isLocal(name) ? Promise.resolve(NONE) : records(resolver.resolveNaptr(name), (r) => r),
    srv: (name) =>
      isLocal(name)
        ? Promise.resolve(NONE)
        : records(resolver.resolveSrv(name), ({ name: target, port, priority, weight }) => ({
            target,
            port,
            priority,
            weight,
          })),
    addresses: async (name, family) => {
      if (!isLocal(name)) {
        const query =
          family === 4
            ? resolver.resolve4(name, { ttl: true })
            : resolver.resolve6(name, { ttl: true });
        // Whatever is wrong there, the system's own look-up below has the last word.
        const found = await query.catch(() => []);
        if (found.length > 0) {
          const ttlSeconds = Math.min(...found.map(({ ttl }) => ttl));
          return { records: found.map(({ address }) => address), ttlSeconds };
        }
      }
      return records(lookup(name, { all: true, family }), ({ address }) => address);
    },
  };
}

const NONE = { records: [] };

/** Names of one label, also below a service's, and `localhost` are known to this machine only. */
function isLocal(name: string): boolean {
  const host = name.replace(/^(_[^.]+\.)+/, '').replace(/\.$/, '');
  return !host.includes('.') || host.endsWith('.localhost');
}

async function records<F, T>(found: Promise<F[]>, read: (record: F) => T): Promise<DnsAnswer<T>> {
  try {
    return { records: (await found).map(read) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (NOTHING.has(code)) return { records: [] };
    throw error;
  }
}
