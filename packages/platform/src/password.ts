import { argon2id, argon2Verify } from 'hash-wasm';

/** Port of the password hash. Implementations bound their own memory and parallelism. */
export interface PasswordHasher {
  /** A PHC string with its parameters and salt. */
  hash(password: string): Promise<string>;
  /** False for a wrong password and for a hash it cannot read. */
  verify(hash: string, password: string): Promise<boolean>;
}

/** OWASP's second recommended set: 19 MiB, two passes, one lane. */
const parameters = { memorySize: 19_456, iterations: 2, parallelism: 1, hashLength: 32 } as const;

/** At most this many hashes at once: each holds 19 MiB and a core. */
const maxConcurrent = 2;

/** Runs tasks with bounded parallelism, first come first served. */
function limiter(limit: number) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(task: () => Promise<T>): Promise<T> => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

const limited = limiter(maxConcurrent);

/** argon2id (RFC 9106) in WebAssembly: the same on Node, Deno and workerd. */
export const argon2idHasher: PasswordHasher = {
  hash: (password) =>
    limited(() =>
      argon2id({
        ...parameters,
        password,
        salt: crypto.getRandomValues(new Uint8Array(16)),
        outputType: 'encoded',
      }),
    ),
  verify: (hash, password) =>
    limited(async () => {
      if (!hash.startsWith('$argon2id$')) return false;
      try {
        return await argon2Verify({ password, hash });
      } catch {
        // An unreadable stored hash is a wrong password to the caller, never an open door.
        return false;
      }
    }),
};
