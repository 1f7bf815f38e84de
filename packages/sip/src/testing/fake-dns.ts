import type { DnsPort, NaptrRecord, SrvRecord } from '../transport/resolver/dns.ts';

/** Name servers of a test: what is not written here does not exist. */
export class FakeDns implements DnsPort {
  readonly naptrs: Record<string, NaptrRecord[]> = {};
  readonly srvs: Record<string, SrvRecord[]> = {};
  readonly hosts: Record<string, string[]> = {};
  /** Names whose look-up fails. */
  readonly failing = new Set<string>();
  /** Each look-up, such as `srv _sip._udp.pbx.example`. */
  readonly asked: string[] = [];
  ttlSeconds: number | undefined;

  naptr(name: string): ReturnType<DnsPort['naptr']> {
    return this.answer('naptr', name, this.naptrs[name]);
  }

  srv(name: string): ReturnType<DnsPort['srv']> {
    return this.answer('srv', name, this.srvs[name]);
  }

  addresses(name: string, family: 4 | 6): ReturnType<DnsPort['addresses']> {
    const own = this.hosts[name]?.filter((address) => address.includes(':') === (family === 6));
    return this.answer(`a${family}`, name, own);
  }

  private answer<T>(kind: string, name: string, records: T[] = []) {
    this.asked.push(`${kind} ${name}`);
    if (this.failing.has(name)) return Promise.reject(new Error(`SERVFAIL ${name}`));
    const { ttlSeconds } = this;
    return Promise.resolve(ttlSeconds === undefined ? { records } : { records, ttlSeconds });
  }
}

/** An SRV record; priority 10 and weight 0 unless told. */
export function srv(target: string, port: number, priority = 10, weight = 0): SrvRecord {
  return { target, port, priority, weight };
}

/** A NAPTR record that leads to SRV. */
export function naptr(service: string, replacement: string, order = 10, preference = 10) {
  return { order, preference, flags: 's', service, replacement } satisfies NaptrRecord;
}
