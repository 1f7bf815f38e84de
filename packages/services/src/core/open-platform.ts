import { type DatabaseHandle, openDatabase } from '@trunkline/database/connect.ts';
import type { LoginRole } from '@trunkline/database/roles.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import { argon2idHasher, type PasswordHasher } from '@trunkline/platform/password.ts';
import { createRateLimiter } from '@trunkline/platform/rate-limit.ts';
import { KeyEncryptionKeys } from '@trunkline/platform/seal.ts';
import { openKeyRing } from '../keys/key-store.ts';
import { openSigningKeys } from '../keys/signing-keys.ts';
import type { Platform } from './context.ts';

export interface PlatformOptions {
  readonly databaseUrls: Readonly<Record<LoginRole, string>>;
  /** Connections per role. */
  readonly pool: number;
  /** `id:base64`, separated by commas. */
  readonly keyEncryptionKeys: string;
  readonly platformDomain: string;
  readonly region: string;
  readonly issuer: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly hasher?: PasswordHasher;
  /** Sign-in attempts: failures per identity, all per address. */
  readonly signInLimits?: {
    readonly identity?: { readonly capacity: number; readonly refillPerSecond: number };
    readonly address?: { readonly capacity: number; readonly refillPerSecond: number };
  };
}

export interface OpenPlatform extends Platform {
  readonly handles: Readonly<Record<LoginRole, DatabaseHandle>>;
  close(): Promise<void>;
}

/** Ten failures, then one more every 30 s. */
const identityLimit = { capacity: 10, refillPerSecond: 1 / 30 };
/** An office of 100 people may sign in at once from one address. */
const addressLimit = { capacity: 100, refillPerSecond: 2 };

/** Opens what one control-plane process works with. Nothing connects before the first query. */
export async function openPlatform(options: PlatformOptions): Promise<OpenPlatform> {
  const { clock, log, pool, databaseUrls, signInLimits } = options;
  const open = (role: LoginRole) =>
    openDatabase({ url: databaseUrls[role], max: pool, name: `trunkline ${role}` });
  const handles = {
    app: open('app'),
    router: open('router'),
    worker: open('worker'),
    operator: open('operator'),
  };
  const operator = handles.operator.db;
  const kek = await KeyEncryptionKeys.fromSettings(options.keyEncryptionKeys);
  const keyring = openKeyRing(operator, kek);
  const limiter = (limit: { capacity: number; refillPerSecond: number }) =>
    createRateLimiter({ ...limit, maxKeys: 50_000, clock });
  return {
    handles,
    db: {
      app: handles.app.db,
      router: handles.router.db,
      worker: handles.worker.db,
      operator,
    },
    keyring,
    hasher: options.hasher ?? argon2idHasher,
    signingKeys: openSigningKeys({ operator, keyring, clock }),
    clock,
    log,
    platformDomain: options.platformDomain,
    region: options.region,
    issuer: options.issuer,
    signInLimits: {
      identity: limiter(signInLimits?.identity ?? identityLimit),
      address: limiter(signInLimits?.address ?? addressLimit),
    },
    async close() {
      await Promise.all(Object.values(handles).map((handle) => handle.close()));
    },
  };
}
