interface NonceEntry {
  issuedAt: number;
  highestCount: number;
}

/** What is known of a nonce. */
export type NonceStatus = 'fresh' | 'expired' | 'unknown' | 'replayed';

/**
 * Nonces a server has issued, bounded: when full the oldest is forgotten, and its user is challenged
 * anew with `stale`.
 */
export class NonceStore {
  private readonly entries = new Map<string, NonceEntry>();
  private readonly limit: number;
  private readonly lifetimeMs: number;

  /**
   * @param limit most nonces kept
   * @param lifetimeMs how long a nonce may be used
   */
  constructor(limit: number, lifetimeMs: number) {
    this.limit = limit;
    this.lifetimeMs = lifetimeMs;
  }

  get size(): number {
    return this.entries.size;
  }

  add(nonce: string, now: number): void {
    for (const [old, entry] of this.entries) {
      const expired = now - entry.issuedAt > this.lifetimeMs;
      if (!expired && this.entries.size < this.limit) break;
      this.entries.delete(old);
    }
    this.entries.set(nonce, { issuedAt: now, highestCount: 0 });
  }

  /**
   * Looks a nonce up.
   *
   * @param count the nonce count of the request; it has to rise
   */
  status(nonce: string, count: number, now: number): NonceStatus {
    const entry = this.entries.get(nonce);
    if (entry === undefined) return 'unknown';
    if (now - entry.issuedAt > this.lifetimeMs) return 'expired';
    return count > entry.highestCount ? 'fresh' : 'replayed';
  }

  /** Marks a count as used, once its response was found right. */
  use(nonce: string, count: number): void {
    const entry = this.entries.get(nonce);
    if (entry !== undefined) entry.highestCount = count;
  }
}
