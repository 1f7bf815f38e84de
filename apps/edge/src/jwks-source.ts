import type { Logger } from '@trunkline/platform/log.ts';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(50) });

/** Where the last good key set is kept beyond the life of the process. */
export interface KeySetStore {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** The control plane's public signing keys, also while it is away. */
export interface JwksSource {
  /** For the token verifier. @throws when no key set was ever had */
  get(): Promise<JSONWebKeySet>;
  readonly known: boolean;
  /** Fetches once more, so that an edge is ready before its first user comes. */
  refresh(): Promise<void>;
}

const timeoutMs = 3_000;
const maxBytes = 64 * 1024;

export function createJwksSource(options: {
  controlPlaneUrl: string;
  store: KeySetStore;
  logger: Logger;
}): JwksSource {
  const { controlPlaneUrl, store, logger } = options;
  let known: JSONWebKeySet | undefined;

  async function fetchSet(): Promise<JSONWebKeySet> {
    const response = await fetch(`${controlPlaneUrl}/.well-known/jwks.json`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`key set answered ${response.status}`);
    const text = await response.text();
    if (text.length > maxBytes) throw new Error('key set too large');
    const set = keySet.parse(JSON.parse(text)) as JSONWebKeySet;
    if (JSON.stringify(set) !== JSON.stringify(known))
      await store.write(JSON.stringify(set)).catch((error: unknown) => {
        logger.warn({ err: error }, 'key set not kept');
      });
    return set;
  }

  async function kept(): Promise<JSONWebKeySet | undefined> {
    try {
      const text = await store.read();
      return text === undefined ? undefined : (keySet.parse(JSON.parse(text)) as JSONWebKeySet);
    } catch (error) {
      logger.warn({ err: error }, 'kept key set not readable');
      return undefined;
    }
  }

  async function get(): Promise<JSONWebKeySet> {
    try {
      known = await fetchSet();
    } catch (error) {
      known ??= await kept();
      if (!known) throw error;
      logger.debug({ err: error }, 'key set of before goes on');
    }
    return known;
  }

  return {
    get,
    get known() {
      return known !== undefined;
    },
    async refresh() {
      await get();
    },
  };
}
