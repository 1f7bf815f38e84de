import type { DigestHash } from './algorithm.ts';
import { constantTimeEquals } from './compute.ts';

/** Nonce counts seen below the highest one, a bit each: requests overtake each other over UDP. */
const WINDOW = 32;
/** Hexadecimal digits of the seal: 128 bits. */
const SEAL_LENGTH = 32;

interface UsedNonce {
  issuedAt: number;
  highestCount: number;
  /** Bit i: the count `highestCount - i` was used. */
  seen: number;
}

/** What is known of a nonce and a count. */
export type NonceStatus = 'fresh' | 'expired' | 'unknown' | 'replayed';

export interface NonceStoreOptions {
  hash: DigestHash;
  /** At least 64 random bits as text without `"`, `\` and `.`. */
  random: () => string;
  /** Most nonces kept that were used. */
  limit: number;
  /** How long a nonce may be used. */
  lifetimeMs: number;
}

/**
 * Nonces of a server. A nonce carries its time under a seal, so that a flood of requests without
 * credentials costs no memory and drives nobody's nonce out; only those that were used with the right
 * password are kept, for their counts. When these are too many the oldest is forgotten, and no nonce
 * as old is taken any more: its user is challenged anew with `stale`.
 */
export class NonceStore {
  private readonly options: NonceStoreOptions;
  private readonly secret: string;
  private readonly used = new Map<string, UsedNonce>();
  /** Nonces issued up to here may have been used and forgotten. */
  private forgottenUntil = Number.NEGATIVE_INFINITY;

  constructor(options: NonceStoreOptions) {
    this.options = options;
    this.secret = options.random() + options.random();
  }

  /** Nonces kept. */
  get size(): number {
    return this.used.size;
  }

  /** A new nonce. */
  issue(now: number): string {
    const body = `${Math.floor(now).toString(36)}.${this.options.random()}`;
    return `${body}.${this.seal(body)}`;
  }

  /**
   * Looks a nonce up.
   *
   * @param count nonce count of the request; no count serves twice
   */
  status(nonce: string, count: number, now: number): NonceStatus {
    const used = this.used.get(nonce);
    const issuedAt = used?.issuedAt ?? this.issuedAt(nonce);
    if (issuedAt === undefined) return 'unknown';
    if (now - issuedAt > this.options.lifetimeMs) return 'expired';
    if (used === undefined) {
      if (issuedAt <= this.forgottenUntil) return 'expired';
      return count > 0 ? 'fresh' : 'replayed';
    }
    const behind = used.highestCount - count;
    if (behind < 0) return 'fresh';
    const seen = behind >= WINDOW || count <= 0 || ((used.seen >>> behind) & 1) === 1;
    return seen ? 'replayed' : 'fresh';
  }

  /** Marks a count as used, once its response was found right. */
  use(nonce: string, count: number, now: number): void {
    const used = this.used.get(nonce);
    if (used === undefined) {
      this.makeRoom(now);
      const issuedAt = this.issuedAt(nonce) ?? now;
      this.used.set(nonce, { issuedAt, highestCount: count, seen: 1 });
      return;
    }
    const ahead = count - used.highestCount;
    if (ahead <= 0) {
      used.seen |= 1 << -ahead;
      return;
    }
    used.seen = ahead >= WINDOW ? 1 : (used.seen << ahead) | 1;
    used.highestCount = count;
  }

  private makeRoom(now: number): void {
    for (const [nonce, { issuedAt }] of this.used) {
      const expired = now - issuedAt > this.options.lifetimeMs;
      if (!expired && this.used.size < this.options.limit) return;
      if (!expired) this.forgottenUntil = Math.max(this.forgottenUntil, issuedAt);
      this.used.delete(nonce);
    }
  }

  /** When we issued it; `undefined` when we did not. */
  private issuedAt(nonce: string): number | undefined {
    const end = nonce.lastIndexOf('.');
    const body = nonce.slice(0, Math.max(end, 0));
    if (!constantTimeEquals(this.seal(body), nonce.slice(end + 1))) return undefined;
    return Number.parseInt(body, 36);
  }

  /** SHA-512/256 cannot be extended, so that secret and text behind each other make a seal. */
  private seal(body: string): string {
    return this.options.hash('SHA-512-256', `${this.secret}:${body}`).slice(0, SEAL_LENGTH);
  }
}
