import { newId } from '@trunkline/contracts/ids.ts';
import { fromBase64, toBase64Url } from './bytes.ts';

/** A WebCrypto key; the name of its type differs between runtimes' libraries. */
type AesKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

const algorithm = 'AES-GCM';
const ivBytes = 12;

async function aesKey(raw: Uint8Array<ArrayBuffer>): Promise<AesKey> {
  return crypto.subtle.importKey('raw', raw, algorithm, false, ['encrypt', 'decrypt']);
}

async function encrypt(
  key: AesKey,
  context: string,
  plain: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const sealed = await crypto.subtle.encrypt(
    { name: algorithm, iv, additionalData: new TextEncoder().encode(context) },
    key,
    plain,
  );
  return `${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}`;
}

async function decrypt(
  key: AesKey,
  context: string,
  iv: string,
  sealed: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const plain = await crypto.subtle.decrypt(
    { name: algorithm, iv: fromBase64(iv), additionalData: new TextEncoder().encode(context) },
    key,
    fromBase64(sealed),
  );
  return new Uint8Array(plain);
}

/** A sealed value could not be opened: wrong key, wrong context, or changed bytes. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** The key-encryption keys from the environment or a KMS; the first one wraps, all unwrap. */
export class KeyEncryptionKeys {
  readonly currentId: string;
  readonly #keys: ReadonlyMap<string, AesKey>;

  private constructor(currentId: string, keys: ReadonlyMap<string, AesKey>) {
    this.currentId = currentId;
    this.#keys = keys;
  }

  /**
   * @param text `id:base64` pairs separated by commas, each key 32 bytes; the first is current
   * @throws SealError when the text is malformed
   */
  static async fromSettings(text: string): Promise<KeyEncryptionKeys> {
    const keys = new Map<string, AesKey>();
    for (const pair of text.split(',')) {
      const match = /^\s*([A-Za-z0-9_-]{1,40}):([A-Za-z0-9+/_=-]+)\s*$/.exec(pair);
      const [id, encoded] = [match?.[1], match?.[2]];
      if (!id || !encoded) throw new SealError('a key-encryption key must read id:base64');
      const raw = fromBase64(encoded);
      if (raw.length !== 32) throw new SealError(`key-encryption key ${id} must have 32 bytes`);
      keys.set(id, await aesKey(raw));
    }
    const first = keys.keys().next().value;
    if (first === undefined) throw new SealError('no key-encryption key');
    return new KeyEncryptionKeys(first, keys);
  }

  /** Encrypts under the current key; the key id and the context are bound into the result. */
  async wrap(context: string, plain: Uint8Array<ArrayBuffer>): Promise<string> {
    const key = this.#key(this.currentId);
    return `k1.${this.currentId}.${await encrypt(key, `k1|${this.currentId}|${context}`, plain)}`;
  }

  /** @throws SealError when the key is unknown or the bytes or context do not fit */
  async unwrap(context: string, wrapped: string): Promise<Uint8Array<ArrayBuffer>> {
    const [version, id, iv, sealed] = wrapped.split('.');
    if (version !== 'k1' || !id || !iv || !sealed) throw new SealError('not a wrapped key');
    try {
      return await decrypt(this.#key(id), `k1|${id}|${context}`, iv, sealed);
    } catch (cause) {
      throw new SealError('the wrapped value does not open', { cause });
    }
  }

  #key(id: string): AesKey {
    const key = this.#keys.get(id);
    if (!key) throw new SealError(`unknown key-encryption key ${id}`);
    return key;
  }
}

/** A data key as stored: its id and its bytes, wrapped by a key-encryption key. */
export interface WrappedDataKey {
  id: string;
  wrapped: string;
  current: boolean;
}

export interface KeyRingOptions {
  kek: KeyEncryptionKeys;
  /** All data keys of a tenant. */
  load: (tenantId: string) => Promise<WrappedDataKey[]>;
  /** Stores a new current key; an older one stays for opening. */
  store: (tenantId: string, key: WrappedDataKey) => Promise<void>;
  /** Tenants whose opened keys are kept in memory. */
  maxTenants?: number;
}

/** Seals values with the tenant's own data key (AES-256-GCM; key id, tenant and context bound). */
export interface KeyRing {
  seal(tenantId: string, context: string, plaintext: string): Promise<string>;
  /** @throws SealError */
  open(tenantId: string, context: string, sealed: string): Promise<string>;
  /** Makes a new current data key; values sealed before still open. */
  rotate(tenantId: string): Promise<string>;
}

interface OpenedKeys {
  currentId: string | undefined;
  keys: Map<string, AesKey>;
}

/** The envelope of every secret at rest: `v1.<key id>.<iv>.<ciphertext>`. */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { kek, load, store, maxTenants = 1000 } = options;
  const cache = new Map<string, Promise<OpenedKeys>>();
  const keyContext = (tenantId: string, keyId: string) => `data-key|${tenantId}|${keyId}`;

  async function read(tenantId: string): Promise<OpenedKeys> {
    const opened: OpenedKeys = { currentId: undefined, keys: new Map() };
    for (const stored of await load(tenantId)) {
      const raw = await kek.unwrap(keyContext(tenantId, stored.id), stored.wrapped);
      opened.keys.set(stored.id, await aesKey(raw));
      if (stored.current) opened.currentId = stored.id;
    }
    return opened;
  }

  function keysOf(tenantId: string): Promise<OpenedKeys> {
    const cached = cache.get(tenantId);
    if (cached) return cached;
    const oldest = cache.keys().next().value;
    if (cache.size >= maxTenants && oldest !== undefined) cache.delete(oldest);
    const opening = read(tenantId);
    cache.set(tenantId, opening);
    opening.catch(() => cache.delete(tenantId));
    return opening;
  }

  async function rotate(tenantId: string): Promise<string> {
    const id = newId('dataKey');
    const raw = crypto.getRandomValues(new Uint8Array(32));
    await store(tenantId, {
      id,
      wrapped: await kek.wrap(keyContext(tenantId, id), raw),
      current: true,
    });
    cache.delete(tenantId);
    return id;
  }

  return {
    rotate,
    async seal(tenantId, context, plaintext) {
      let opened = await keysOf(tenantId);
      if (!opened.currentId) {
        await rotate(tenantId);
        opened = await keysOf(tenantId);
      }
      const id = opened.currentId;
      const key = id === undefined ? undefined : opened.keys.get(id);
      if (!key) throw new SealError(`tenant ${tenantId} has no data key`);
      return `v1.${id}.${await encrypt(key, `v1|${id}|${tenantId}|${context}`, new TextEncoder().encode(plaintext))}`;
    },
    async open(tenantId, context, sealed) {
      const [version, id, iv, ciphertext] = sealed.split('.');
      if (version !== 'v1' || !id || !iv || !ciphertext) throw new SealError('not a sealed value');
      let key = (await keysOf(tenantId)).keys.get(id);
      if (!key) {
        // Another process may have rotated since this one read the keys.
        cache.delete(tenantId);
        key = (await keysOf(tenantId)).keys.get(id);
      }
      if (!key) throw new SealError(`unknown data key ${id}`);
      try {
        return new TextDecoder().decode(
          await decrypt(key, `v1|${id}|${tenantId}|${context}`, iv, ciphertext),
        );
      } catch (cause) {
        throw new SealError('the sealed value does not open', { cause });
      }
    },
  };
}
