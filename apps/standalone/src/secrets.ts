import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePrivateFile } from '@trunkline/platform/node/identity-file.ts';

/** What a standalone installation makes for itself at first start and keeps. */
export interface StandaloneSecrets {
  /** `id:base64` of the key-encryption key. */
  keyEncryptionKeys: string;
  databaseRoleKey: string;
  /** API key of the partner `standalone`, with which the demo tenant is applied. */
  partnerApiKey: string;
  partnerApiKeyFile: string;
}

async function readOrMake(path: string, make: () => string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const made = make();
  await writePrivateFile(path, `${made}\n`);
  return made;
}

/** Reads the secrets of a data folder; what is missing is made (files of mode 0600). */
export async function readOrMakeSecrets(
  dataDir: string,
  given: { keyEncryptionKeys: string | undefined; databaseRoleKey: string | undefined },
): Promise<StandaloneSecrets> {
  const folder = join(dataDir, 'secrets');
  const partnerApiKeyFile = join(folder, 'partner-api-key');
  return {
    keyEncryptionKeys:
      given.keyEncryptionKeys ??
      (await readOrMake(join(folder, 'kek'), () => `k1:${randomBytes(32).toString('base64url')}`)),
    databaseRoleKey:
      given.databaseRoleKey ??
      (await readOrMake(join(folder, 'database-role-key'), () =>
        randomBytes(32).toString('base64url'),
      )),
    partnerApiKey: await readOrMake(
      partnerApiKeyFile,
      () => `tlk_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`,
    ),
    partnerApiKeyFile,
  };
}
