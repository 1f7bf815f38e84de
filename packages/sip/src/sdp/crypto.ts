import { type MediaDescription, valuesOf } from './session-description.ts';

/** SRTP suites of RFC 4568, RFC 6188 and RFC 7714 that can be agreed on; never one without a cipher. */
export type CryptoSuite =
  | 'AES_CM_128_HMAC_SHA1_80'
  | 'AES_CM_128_HMAC_SHA1_32'
  | 'AES_256_CM_HMAC_SHA1_80'
  | 'AES_256_CM_HMAC_SHA1_32'
  | 'AEAD_AES_128_GCM'
  | 'AEAD_AES_256_GCM';

/** Octets of master key and master salt together. */
export const KEY_SALT_LENGTH: Readonly<Record<CryptoSuite, number>> = {
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
  AES_256_CM_HMAC_SHA1_80: 46,
  AES_256_CM_HMAC_SHA1_32: 46,
  AEAD_AES_128_GCM: 28,
  AEAD_AES_256_GCM: 44,
};

export interface CryptoKey {
  /** Master key and master salt behind each other, in Base64 with padding. */
  keySalt: string;
  /** Packets the key may be used for; absent: the suite's own limit. */
  lifetime?: number;
  /** Master key identifier in every packet, with its length in octets. */
  mki?: { value: number; length: number };
}

/** One `a=crypto` line (RFC 4568 §4). */
export interface CryptoAttribute {
  /** 1 … 999999999, unique in the media section. */
  tag: number;
  suite: CryptoSuite;
  /** At least one; several only with an MKI each. */
  keys: readonly CryptoKey[];
  /** As written; only those that change nothing for us are ever read (`WSH`, `-…`). */
  sessionParams: readonly string[];
}

const MAX_LINES = 32;
const MAX_KEYS = 8;
/** RFC 3711 §9.2: no key outlives 2^48 packets. */
const MAX_LIFETIME = 2 ** 48;

/**
 * Reads the value of one `a=crypto` line. `undefined` for what cannot be met and is to be passed
 * over (RFC 4568 §5.1.2, §6.3): an unknown suite or key method, a key of the wrong length,
 * parameters that take encryption or authentication away (`UNENCRYPTED_SRTP`, `UNENCRYPTED_SRTCP`,
 * `UNAUTHENTICATED_SRTP`), change the key derivation or are unknown, and everything malformed.
 */
export function parseCrypto(value: string): CryptoAttribute | undefined {
  const [tagText = '', suiteText = '', keyText = '', ...sessionParams] = value.trim().split(/ +/);
  if (!/^[1-9]\d{0,8}$/.test(tagText) || !isSuite(suiteText)) return undefined;
  if (!sessionParams.every(isHarmless)) return undefined;
  const keys: CryptoKey[] = [];
  for (const text of keyText.split(';')) {
    const key = parseKey(text, KEY_SALT_LENGTH[suiteText]);
    if (key === undefined || keys.length >= MAX_KEYS) return undefined;
    keys.push(key);
  }
  if (keys.length > 1 && !distinctMkis(keys)) return undefined;
  return { tag: Number(tagText), suite: suiteText, keys, sessionParams };
}

/** The `a=crypto` lines of a section that can be met, in their order; of equal tags the first. */
export function cryptosOf(media: MediaDescription): CryptoAttribute[] {
  const out: CryptoAttribute[] = [];
  for (const value of valuesOf(media, 'crypto').slice(0, MAX_LINES)) {
    const crypto = parseCrypto(value);
    if (crypto !== undefined && !out.some(({ tag }) => tag === crypto.tag)) out.push(crypto);
  }
  return out;
}

/** The value of an `a=crypto` line. */
export function formatCrypto(crypto: CryptoAttribute): string {
  const keys = crypto.keys.map(formatKey).join(';');
  return [String(crypto.tag), crypto.suite, keys, ...crypto.sessionParams].join(' ');
}

function isSuite(text: string): text is CryptoSuite {
  return Object.hasOwn(KEY_SALT_LENGTH, text);
}

/** A window size hint and what is marked as ignorable may stand there (RFC 4568 §6.3.6, §6.3.7). */
function isHarmless(param: string): boolean {
  return /^WSH=\d{2,9}$/.test(param) || param.startsWith('-');
}

function parseKey(text: string, octets: number): CryptoKey | undefined {
  if (!/^inline:/i.test(text)) return undefined;
  const [keySalt = '', ...rest] = text.slice('inline:'.length).split('|');
  if (!isBase64(keySalt, octets) || rest.length > 2) return undefined;
  const key: CryptoKey = { keySalt: padded(keySalt) };
  for (const [i, field] of rest.entries()) {
    if (field.includes(':')) {
      const mki = parseMki(field);
      if (mki === undefined || i !== rest.length - 1) return undefined;
      key.mki = mki;
    } else {
      const lifetime = parseLifetime(field);
      if (lifetime === undefined || i !== 0) return undefined;
      key.lifetime = lifetime;
    }
  }
  return key;
}

/** RFC 4568 wants the padding, many devices leave it away. */
function isBase64(text: string, octets: number): boolean {
  const bare = text.replace(/={1,2}$/, '');
  return /^[A-Za-z0-9+/]+$/.test(bare) && bare.length === Math.ceil((octets * 4) / 3);
}

function padded(text: string): string {
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** `2^20` or a number of packets. */
function parseLifetime(text: string): number | undefined {
  const power = /^2\^(\d{1,2})$/.exec(text);
  if (power === null && !/^[1-9]\d{0,14}$/.test(text)) return undefined;
  const lifetime = power === null ? Number(text) : 2 ** Number(power[1]);
  return lifetime <= MAX_LIFETIME ? lifetime : undefined;
}

function parseMki(text: string): CryptoKey['mki'] {
  const match = /^(\d{1,9}):(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const [value, length] = [Number(match[1]), Number(match[2])];
  // RFC 4568 §6.1 allows 128 octets; a value that does not fit its length is a mistake.
  if (length < 1 || length > 128 || (length < 4 && value >= 256 ** length)) return undefined;
  return { value, length };
}

function distinctMkis(keys: readonly CryptoKey[]): boolean {
  const values = new Set(keys.map((key) => key.mki?.value));
  const lengths = new Set(keys.map((key) => key.mki?.length));
  return !values.has(undefined) && values.size === keys.length && lengths.size === 1;
}

function formatKey(key: CryptoKey): string {
  const { lifetime, mki } = key;
  let out = `inline:${key.keySalt}`;
  if (lifetime !== undefined) {
    const power = Math.log2(lifetime);
    out += `|${Number.isInteger(power) ? `2^${power}` : lifetime}`;
  }
  return mki === undefined ? out : `${out}|${mki.value}:${mki.length}`;
}
