import { MAGIC_COOKIE } from './message/via.ts';

const POOL_BYTES = 1_024;
const pool = new Uint8Array(POOL_BYTES);
/** The pool in hexadecimal, from which identifiers are cut. */
let text = '';
let used = 0;

/** Hexadecimal text of `bytes` cryptographically random bytes (at most 1,024). */
export function randomHex(bytes: number): string {
  const end = used + 2 * bytes;
  if (end > text.length) {
    fill();
    return randomHex(bytes);
  }
  const out = text.slice(used, end);
  used = end;
  return out;
}

function fill(): void {
  crypto.getRandomValues(pool);
  text = Buffer.from(pool.buffer).toString('hex');
  used = 0;
}

/** A branch that identifies one transaction world-wide (RFC 3261 §8.1.1.7). */
export function newBranch(): string {
  return `${MAGIC_COOKIE}${randomHex(12)}`;
}

/** A From or To tag; RFC 3261 §19.3 asks for 32 random bits at least. */
export function newTag(): string {
  return randomHex(8);
}

/** A Call-ID; names no host, so that nothing of the inner network leaks. */
export function newCallId(): string {
  return randomHex(16);
}
