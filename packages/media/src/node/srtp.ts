/**
 * SRTP and SRTCP (RFC 3711; AES-GCM: RFC 7714) of one direction. AES runs through one block cipher
 * that is kept, and HMAC-SHA1 in TypeScript: making a cipher object for each packet costs several
 * times what protecting it does.
 */
import { type Cipheriv, createCipheriv, createDecipheriv } from 'node:crypto';
import type { SrtpSuite } from '../engine.ts';
import { HmacSha1 } from '../hmac-sha1.ts';
import { ReplayWindow } from '../replay-window.ts';
import { readUint16, readUint32, writeUint32 } from '../rtp.ts';

interface Suite {
  saltLength: number;
  /** Octets of the tag of SRTP and of SRTCP (which has 80 bits also with the short one). */
  rtpTag: number;
  rtcpTag: number;
  isGcm: boolean;
}

const KEY_LENGTH = 16;
const AUTH_KEY_LENGTH = 20;
const SUITES: Record<SrtpSuite, Suite> = {
  AES_CM_128_HMAC_SHA1_80: { saltLength: 14, rtpTag: 10, rtcpTag: 10, isGcm: false },
  AES_CM_128_HMAC_SHA1_32: { saltLength: 14, rtpTag: 4, rtcpTag: 10, isGcm: false },
  AEAD_AES_128_GCM: { saltLength: 12, rtpTag: 16, rtcpTag: 16, isGcm: true },
};
/** The most octets protection adds: tag, and of SRTCP the index word. */
export const SRTP_OVERHEAD = 20;
/** Authenticated SSRCs a receiver keeps the state of; the longest unheard goes first. */
const MAX_SOURCES = 16;
const RTCP_HEADER = 8;
const ENCRYPTED = 0x80000000;

/** Octets of key and salt together. */
export function srtpKeyLength(suite: SrtpSuite): number {
  return KEY_LENGTH + SUITES[suite].saltLength;
}

/** The keys of one direction for RTP or RTCP, and the two ciphers on them. */
class Cipher {
  readonly #key: Buffer;
  readonly #salt: Buffer;
  readonly #blocks: Cipheriv;
  readonly #hmac: HmacSha1;
  readonly #isGcm: boolean;
  readonly #tag = new Uint8Array(AUTH_KEY_LENGTH);
  /** Counter blocks, as words and as octets, and those of them that the cipher is given. */
  #words = new Int32Array(4 * 16);
  #counters = Buffer.from(this.#words.buffer);
  #input = this.#counters;

  /** @param firstLabel 0 for RTP, 3 for RTCP (RFC 3711 §4.3.2) */
  constructor(master: Uint8Array, suite: Suite, firstLabel: number) {
    const key = master.subarray(0, KEY_LENGTH);
    const salt = new Uint8Array(14);
    salt.set(master.subarray(KEY_LENGTH, KEY_LENGTH + suite.saltLength));
    this.#key = deriveKey(key, salt, firstLabel, KEY_LENGTH);
    this.#hmac = new HmacSha1(deriveKey(key, salt, firstLabel + 1, AUTH_KEY_LENGTH));
    this.#salt = Buffer.alloc(16);
    deriveKey(key, salt, firstLabel + 2, suite.saltLength).copy(this.#salt);
    this.#blocks = createCipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false);
    this.#isGcm = suite.isGcm;
  }

  /** Encrypts or decrypts in place by AES in counter mode (RFC 3711 §4.1.1). */
  applyKeystream(bytes: Uint8Array, start: number, end: number, ssrc: number, index: number): void {
    const count = (end - start + 15) >> 4;
    if (this.#input.length !== 16 * count) this.#resize(count);
    const counters = this.#input;
    const words = this.#words;
    this.#salt.copy(counters, 0);
    xorUint32(counters, 4, ssrc);
    xorUint32(counters, 8, Math.floor(index / 0x10000));
    counters[12] = (counters[12] as number) ^ ((index >>> 8) & 0xff);
    counters[13] = (counters[13] as number) ^ (index & 0xff);
    const first = words[0] as number;
    const second = words[1] as number;
    const third = words[2] as number;
    for (let block = 1; block < count; block++) {
      words[4 * block] = first;
      words[4 * block + 1] = second;
      words[4 * block + 2] = third;
      counters[16 * block + 12] = counters[12] as number;
      counters[16 * block + 13] = counters[13] as number;
      counters[16 * block + 14] = block >>> 8;
      counters[16 * block + 15] = block;
    }
    const keystream = this.#blocks.update(counters);
    for (let i = start; i < end; i++) {
      bytes[i] = (bytes[i] as number) ^ (keystream[i - start] as number);
    }
  }

  /** Packets of a stream mostly have one length: the view of so many blocks is kept. */
  #resize(count: number): void {
    if (this.#counters.length < 16 * count) {
      this.#words = new Int32Array(4 * count);
      this.#counters = Buffer.from(this.#words.buffer);
    }
    this.#input = this.#counters.subarray(0, 16 * count);
  }

  /** The authentication code over the first `length` octets and a word; good until the next call. */
  authenticate(bytes: Uint8Array, length: number, word?: number): Uint8Array {
    return this.#hmac.digest(bytes, length, word, this.#tag);
  }

  /** Encrypts by AES-GCM; ciphertext and tag. */
  seal(iv: Uint8Array, associated: Uint8Array, plaintext: Uint8Array): Buffer {
    const cipher = createCipheriv('aes-128-gcm', this.#key, iv);
    cipher.setAAD(associated);
    return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  }

  /** Decrypts what `seal` made; null when it is not authentic. */
  open(iv: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Buffer | null {
    const end = sealed.length - 16;
    const decipher = createDecipheriv('aes-128-gcm', this.#key, iv, { authTagLength: 16 });
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(end));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()]);
    } catch {
      // The library tells a wrong tag by throwing; nothing else can go wrong here.
      return null;
    }
  }

  /** The IV of AES-GCM (RFC 7714 §8.1, §9.1): SSRC and index over the salt. */
  iv(ssrc: number, index: number): Buffer {
    const iv = Buffer.from(this.#salt.subarray(0, 12));
    xorUint32(iv, 2, ssrc);
    xorUint32(iv, 6, Math.floor(index / 0x10000));
    iv[10] = (iv[10] as number) ^ ((index >>> 8) & 0xff);
    iv[11] = (iv[11] as number) ^ (index & 0xff);
    return iv;
  }

  get isGcm(): boolean {
    return this.#isGcm;
  }
}

/** Protects what is sent in one direction: one SSRC at a time, counted on over its wraps. */
export class SrtpSender {
  readonly #suite: Suite;
  readonly #rtp: Cipher;
  readonly #rtcp: Cipher;
  #ssrc: number | undefined;
  #highest = 0;
  #rtcpIndex = 0;

  /** @param master key and salt, `srtpKeyLength` octets */
  constructor(name: SrtpSuite, master: Uint8Array) {
    this.#suite = suiteOf(name, master);
    this.#rtp = new Cipher(master, this.#suite, 0);
    this.#rtcp = new Cipher(master, this.#suite, 3);
  }

  /**
   * Protects an RTP packet in place.
   * @param buffer holds the packet and room for `SRTP_OVERHEAD` octets behind it
   * @returns the new length
   */
  protectRtp(buffer: Uint8Array, length: number): number {
    const ssrc = readUint32(buffer, 8);
    const sequenceNumber = readUint16(buffer, 2);
    if (ssrc !== this.#ssrc) {
      this.#ssrc = ssrc;
      this.#highest = sequenceNumber;
    }
    const index = estimateIndex(sequenceNumber, this.#highest);
    if (index > this.#highest) this.#highest = index;
    const start = headerLength(buffer, length);
    if (this.#rtp.isGcm) {
      const header = buffer.subarray(0, start);
      const sealed = this.#rtp.seal(
        this.#rtp.iv(ssrc, index),
        header,
        buffer.subarray(start, length),
      );
      buffer.set(sealed, start);
      return start + sealed.length;
    }
    this.#rtp.applyKeystream(buffer, start, length, ssrc, index);
    const tag = this.#rtp.authenticate(buffer, length, Math.floor(index / 0x10000));
    for (let i = 0; i < this.#suite.rtpTag; i++) buffer[length + i] = tag[i] as number;
    return length + this.#suite.rtpTag;
  }

  /** Protects an RTCP compound packet. */
  protectRtcp(datagram: Uint8Array): Uint8Array {
    const ssrc = readUint32(datagram, 4);
    this.#rtcpIndex = (this.#rtcpIndex + 1) % 0x80000000;
    const index = this.#rtcpIndex;
    const output = new Uint8Array(datagram.length + 4 + this.#suite.rtcpTag);
    output.set(datagram);
    const word = new Uint8Array(4);
    writeUint32(word, 0, ENCRYPTED + index);
    if (this.#rtcp.isGcm) {
      const associated = Buffer.concat([datagram.subarray(0, RTCP_HEADER), word]);
      const plaintext = datagram.subarray(RTCP_HEADER);
      output.set(this.#rtcp.seal(this.#rtcp.iv(ssrc, index), associated, plaintext), RTCP_HEADER);
      output.set(word, output.length - 4);
      return output;
    }
    this.#rtcp.applyKeystream(output, RTCP_HEADER, datagram.length, ssrc, index);
    output.set(word, datagram.length);
    const tag = this.#rtcp.authenticate(output, datagram.length + 4);
    output.set(tag.subarray(0, this.#suite.rtcpTag), datagram.length + 4);
    return output;
  }
}

/** Opens what is received in one direction; refuses forged and replayed packets. */
export class SrtpReceiver {
  readonly #suite: Suite;
  readonly #rtp: Cipher;
  readonly #rtcp: Cipher;
  readonly #rtpSources = new Map<number, ReplayWindow>();
  readonly #rtcpSources = new Map<number, ReplayWindow>();

  /** @param master key and salt, `srtpKeyLength` octets */
  constructor(name: SrtpSuite, master: Uint8Array) {
    this.#suite = suiteOf(name, master);
    this.#rtp = new Cipher(master, this.#suite, 0);
    this.#rtcp = new Cipher(master, this.#suite, 3);
  }

  /** Opens an SRTP packet in place; a view of it, or null when it is not authentic or not new. */
  unprotectRtp(datagram: Uint8Array): Uint8Array | null {
    const end = datagram.length - this.#suite.rtpTag;
    const start = headerLength(datagram, end);
    if (start < 0) return null;
    const ssrc = readUint32(datagram, 8);
    const sequenceNumber = readUint16(datagram, 2);
    const known = this.#rtpSources.get(ssrc);
    const index = estimateIndex(sequenceNumber, known?.newest ?? sequenceNumber);
    if (index < 0 || known?.admits(index) === false) return null;
    if (this.#rtp.isGcm) {
      const iv = this.#rtp.iv(ssrc, index);
      const opened = this.#rtp.open(iv, datagram.subarray(0, start), datagram.subarray(start));
      if (opened === null) return null;
      datagram.set(opened, start);
    } else {
      const tag = this.#rtp.authenticate(datagram, end, Math.floor(index / 0x10000));
      if (!isEqual(datagram, end, tag, this.#suite.rtpTag)) return null;
      this.#rtp.applyKeystream(datagram, start, end, ssrc, index);
    }
    remember(this.#rtpSources, ssrc, known, index);
    return datagram.subarray(0, end);
  }

  /** Opens an SRTCP packet; null when it is not authentic or not new. */
  unprotectRtcp(datagram: Uint8Array): Uint8Array | null {
    const { rtcpTag } = this.#suite;
    const { isGcm } = this.#rtcp;
    const end = datagram.length - rtcpTag - 4;
    if (end < RTCP_HEADER) return null;
    const wordAt = isGcm ? datagram.length - 4 : end;
    const word = readUint32(datagram, wordAt);
    // Every suite here encrypts SRTCP.
    if (word < ENCRYPTED) return null;
    const index = word - ENCRYPTED;
    const ssrc = readUint32(datagram, 4);
    const known = this.#rtcpSources.get(ssrc);
    if (known?.admits(index) === false) return null;
    const output = datagram.slice(0, end);
    if (isGcm) {
      const header = datagram.subarray(0, RTCP_HEADER);
      const associated = Buffer.concat([header, datagram.subarray(wordAt)]);
      const sealed = datagram.subarray(RTCP_HEADER, wordAt);
      const opened = this.#rtcp.open(this.#rtcp.iv(ssrc, index), associated, sealed);
      if (opened === null) return null;
      output.set(opened, RTCP_HEADER);
    } else {
      const tag = this.#rtcp.authenticate(datagram, end + 4);
      if (!isEqual(datagram, end + 4, tag, rtcpTag)) return null;
      this.#rtcp.applyKeystream(output, RTCP_HEADER, end, ssrc, index);
    }
    remember(this.#rtcpSources, ssrc, known, index);
    return output;
  }
}

function suiteOf(name: SrtpSuite, master: Uint8Array): Suite {
  if (master.length !== srtpKeyLength(name)) throw new RangeError('key and salt of another length');
  return SUITES[name];
}

/** RFC 3711 §4.3.1 and §4.3.3 with a key derivation rate of zero. */
function deriveKey(key: Uint8Array, salt: Uint8Array, label: number, length: number): Buffer {
  const iv = Buffer.alloc(16);
  iv.set(salt);
  iv[7] = (iv[7] as number) ^ label;
  return createCipheriv('aes-128-ctr', key, iv).update(Buffer.alloc(length));
}

/** Roll-over counter times 2^16 plus sequence number, nearest to the highest (RFC 3711 §3.3.1). */
function estimateIndex(sequenceNumber: number, highest: number): number {
  const distance = ((sequenceNumber - highest) << 16) >> 16;
  return highest + distance;
}

/** Length of the RTP header with CSRCs and extension; −1 when the packet is too short for it. */
function headerLength(bytes: Uint8Array, end: number): number {
  if (end < 12) return -1;
  const first = bytes[0] as number;
  let length = 12 + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (length + 4 > end) return -1;
    length += 4 + 4 * readUint16(bytes, length + 2);
  }
  return length > end ? -1 : length;
}

function isEqual(bytes: Uint8Array, at: number, tag: Uint8Array, length: number): boolean {
  let difference = 0;
  for (let i = 0; i < length; i++) difference |= (bytes[at + i] as number) ^ (tag[i] as number);
  return difference === 0;
}

function remember(
  sources: Map<number, ReplayWindow>,
  ssrc: number,
  known: ReplayWindow | undefined,
  index: number,
): void {
  if (known !== undefined) {
    known.add(index);
    return;
  }
  const [oldest] = sources.keys();
  if (sources.size >= MAX_SOURCES && oldest !== undefined) sources.delete(oldest);
  const window = new ReplayWindow();
  window.add(index);
  sources.set(ssrc, window);
}

function xorUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = (bytes[at] as number) ^ ((value >>> 24) & 0xff);
  bytes[at + 1] = (bytes[at + 1] as number) ^ ((value >>> 16) & 0xff);
  bytes[at + 2] = (bytes[at + 2] as number) ^ ((value >>> 8) & 0xff);
  bytes[at + 3] = (bytes[at + 3] as number) ^ (value & 0xff);
}
