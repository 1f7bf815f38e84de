/**
 * HMAC-SHA1 (RFC 2104, FIPS 180-4) for the short messages of SRTP. In TypeScript because each call
 * into a crypto library costs more than these few blocks do; the key's own blocks are hashed once.
 */

const BLOCK = 64;
export const HMAC_SHA1_LENGTH = 20;

/** Message schedule, shared: nothing here runs at the same time. */
const W = new Int32Array(80);

export class HmacSha1 {
  readonly #inner = initialState();
  readonly #outer = initialState();
  readonly #state = new Int32Array(5);
  readonly #block = new Uint8Array(BLOCK);

  constructor(key: Uint8Array) {
    if (key.length > BLOCK) throw new RangeError('the key is longer than a block');
    const pad = new Uint8Array(BLOCK).fill(0x36);
    for (let i = 0; i < key.length; i++) pad[i] = 0x36 ^ (key[i] as number);
    compress(this.#inner, pad, 0);
    for (let i = 0; i < BLOCK; i++) pad[i] = (pad[i] as number) ^ 0x36 ^ 0x5c;
    compress(this.#outer, pad, 0);
  }

  /**
   * The code of the first `length` octets of `message`, followed by `word` as four octets in
   * network order when that is given.
   * @param output gets the 20 octets; a new array when left out
   */
  digest(
    message: Uint8Array,
    length: number,
    word?: number,
    output: Uint8Array = new Uint8Array(HMAC_SHA1_LENGTH),
  ): Uint8Array {
    const state = this.#state;
    const block = this.#block;
    state.set(this.#inner);
    let at = 0;
    for (; at + BLOCK <= length; at += BLOCK) compress(state, message, at);
    block.fill(0);
    let used = length - at;
    for (let i = 0; i < used; i++) block[i] = message[at + i] as number;
    let total = length;
    if (word !== undefined) {
      total += 4;
      for (let shift = 24; shift >= 0; shift -= 8) {
        block[used++] = word >>> shift;
        if (used === BLOCK) {
          compress(state, block, 0);
          block.fill(0);
          used = 0;
        }
      }
    }
    finish(state, block, used, BLOCK + total);

    block.fill(0);
    writeState(state, block);
    state.set(this.#outer);
    finish(state, block, HMAC_SHA1_LENGTH, BLOCK + HMAC_SHA1_LENGTH);
    writeState(state, output);
    return output;
  }
}

function initialState(): Int32Array {
  return Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
}

/** Pads the last block, of which `used` octets are filled, and hashes it. */
function finish(state: Int32Array, block: Uint8Array, used: number, total: number): void {
  block[used] = 0x80;
  if (used >= BLOCK - 8) {
    compress(state, block, 0);
    block.fill(0);
  }
  const bits = total * 8;
  block[60] = bits >>> 24;
  block[61] = bits >>> 16;
  block[62] = bits >>> 8;
  block[63] = bits;
  compress(state, block, 0);
}

function writeState(state: Int32Array, output: Uint8Array): void {
  for (let i = 0; i < 5; i++) {
    const word = state[i] as number;
    output[4 * i] = word >>> 24;
    output[4 * i + 1] = word >>> 16;
    output[4 * i + 2] = word >>> 8;
    output[4 * i + 3] = word;
  }
}

/** FIPS 180-4 §6.1.2: four times twenty rounds, each with a function and a constant of its own. */
function compress(state: Int32Array, bytes: Uint8Array, offset: number): void {
  let at = offset;
  for (let i = 0; i < 16; i++, at += 4) {
    W[i] =
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number);
  }
  for (let i = 16; i < 80; i++) {
    const x =
      (W[i - 3] as number) ^ (W[i - 8] as number) ^ (W[i - 14] as number) ^ (W[i - 16] as number);
    W[i] = (x << 1) | (x >>> 31);
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let i = 0;
  for (; i < 20; i++) {
    const next =
      (((a << 5) | (a >>> 27)) + ((b & c) | (~b & d)) + e + 0x5a827999 + (W[i] ?? 0)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (; i < 40; i++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0x6ed9eba1 + (W[i] ?? 0)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (; i < 60; i++) {
    const mixed = (b & c) | (b & d) | (c & d);
    const next = (((a << 5) | (a >>> 27)) + mixed + e + 0x8f1bbcdc + (W[i] ?? 0)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (; i < 80; i++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + 0xca62c1d6 + (W[i] ?? 0)) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
}
