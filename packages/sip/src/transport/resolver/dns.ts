/** One NAPTR record (RFC 3403 §4). */
export interface NaptrRecord {
  order: number;
  preference: number;
  flags: string;
  service: string;
  replacement: string;
}

/** One SRV record (RFC 2782). */
export interface SrvRecord {
  priority: number;
  weight: number;
  port: number;
  /** Name of the server; `.` or empty means that the service is not offered. */
  target: string;
}

/** What a look-up gave, and how long it may be believed. */
export interface DnsAnswer<T> {
  /** Empty when the name does not exist or has no such record. */
  records: readonly T[];
  /** Absent when the source does not tell. */
  ttlSeconds?: number;
}

/**
 * Name resolution as the stack needs it. A look-up that could not be made (server failure, time-out)
 * rejects; a name without such records does not.
 */
export interface DnsPort {
  naptr(name: string): Promise<DnsAnswer<NaptrRecord>>;
  srv(name: string): Promise<DnsAnswer<SrvRecord>>;
  addresses(name: string, family: 4 | 6): Promise<DnsAnswer<string>>;
}
