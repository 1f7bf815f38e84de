import { lookup, Resolver } from 'node:dns/promises';
import type { DnsAnswer, DnsPort } from './dns.ts';

/** No answer within this many milliseconds counts as a failure; asked twice. */
const QUERY_MS = 2_000;
const TRIES = 2;

/** Codes that mean: the name or the record does not exist. */
const NOTHING = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Name resolution of the machine. NAPTR and SRV come from the name servers, addresses from wherever the
 * system finds them.
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
    // As the system does, with the hosts file; it tells no time to live, the cache's own bound serves.
    addresses: (name, family) =>
      records(lookup(name, { all: true, family }), ({ address }) => address),
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
