import type { SipClock } from '../../clock.ts';
import type { DnsAnswer, DnsPort } from './dns.ts';

export interface DnsCacheSettings {
  /** Most answers kept; the one used longest ago goes first. */
  entries: number;
  /** Bounds on how long an answer is believed, whatever its time to live says. */
  shortestMs: number;
  longestMs: number;
  /** For answers that tell no time to live. */
  defaultMs: number;
  /** How long a name without records is remembered as such. */
  negativeMs: number;
  /** How long an answer out of date still serves while the name servers fail. */
  staleMs: number;
}

export const DEFAULT_DNS_CACHE: DnsCacheSettings = {
  entries: 2_000,
  shortestMs: 5_000,
  longestMs: 3_600_000,
  defaultMs: 60_000,
  negativeMs: 30_000,
  staleMs: 24 * 3_600_000,
};

interface Entry {
  answer: DnsAnswer<unknown>;
  until: number;
}

/**
 * Remembers answers, also that there are none (RFC 2308), asks once for what several want at a time,
 * and goes on with an answer out of date while the name servers fail.
 */
export class DnsCache implements DnsPort {
  private readonly dns: DnsPort;
  private readonly clock: SipClock;
  private readonly settings: DnsCacheSettings;
  private readonly entries = new Map<string, Entry>();
  private readonly asked = new Map<string, Promise<DnsAnswer<unknown>>>();

  constructor(dns: DnsPort, clock: SipClock, settings: Partial<DnsCacheSettings> = {}) {
    this.dns = dns;
    this.clock = clock;
    this.settings = { ...DEFAULT_DNS_CACHE, ...settings };
  }

  /** Answers kept. */
  get size(): number {
    return this.entries.size;
  }

  naptr(name: string): ReturnType<DnsPort['naptr']> {
    return this.ask(`naptr ${name}`, () => this.dns.naptr(name));
  }

  srv(name: string): ReturnType<DnsPort['srv']> {
    return this.ask(`srv ${name}`, () => this.dns.srv(name));
  }

  addresses(name: string, family: 4 | 6): ReturnType<DnsPort['addresses']> {
    return this.ask(`a${family} ${name}`, () => this.dns.addresses(name, family));
  }

  private ask<T>(key: string, look: () => Promise<DnsAnswer<T>>): Promise<DnsAnswer<T>> {
    const known = this.entries.get(key);
    if (known !== undefined && this.clock.now() < known.until) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return Promise.resolve(known.answer as DnsAnswer<T>);
    }
    const running = this.asked.get(key);
    if (running !== undefined) return running as Promise<DnsAnswer<T>>;
    const asking = look()
      .then(
        (answer) => this.keep(key, answer),
        (error: unknown) => {
          const stale = known !== undefined && known.answer.records.length > 0;
          if (stale && this.clock.now() < known.until + this.settings.staleMs) {
            return known.answer as DnsAnswer<T>;
          }
          throw error;
        },
      )
      .finally(() => this.asked.delete(key));
    this.asked.set(key, asking);
    return asking;
  }

  private keep<T>(key: string, answer: DnsAnswer<T>): DnsAnswer<T> {
    const { settings } = this;
    const told = answer.ttlSeconds === undefined ? settings.defaultMs : answer.ttlSeconds * 1_000;
    const lasts =
      answer.records.length === 0
        ? settings.negativeMs
        : Math.min(Math.max(told, settings.shortestMs), settings.longestMs);
    this.entries.delete(key);
    const [oldest] = this.entries.keys();
    if (this.entries.size >= settings.entries && oldest !== undefined) this.entries.delete(oldest);
    this.entries.set(key, { answer, until: this.clock.now() + lasts });
    return answer;
  }
}
