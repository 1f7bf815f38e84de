import { MAGIC_COOKIE } from './message/via.ts';

const POOL_BYTES = 4_096;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** Hexadecimal text of `bytes` cryptographically random bytes (at most 4,096). */
export function randomHex(bytes: number): string {
  if (used + bytes > POOL_BYTES) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  let out = '';
  for (let i = used; i < used + bytes; i++) out += HEX[pool[i] as number];
  used += bytes;
  return out;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, i) =>
  i.toString(16).padStart(2, '0'),
);

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
