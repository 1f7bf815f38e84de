import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { newId } from '@trunkline/contracts/ids.ts';
import { exportJWK, generateKeyPair } from 'jose';
import { type NodeIdentity, nodeIdentity } from '../identity.ts';
import { generateSigningKey } from '../tokens.ts';

/** Writes a file that only its owner may read, whole or not at all. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

/** Reads an identity file. @throws when it is missing or malformed */
export async function readIdentity(path: string): Promise<NodeIdentity> {
  return nodeIdentity.parse(JSON.parse(await readFile(path, 'utf8')));
}

/** Makes the keys of a new media node or edge. */
export async function makeIdentity(role: 'node' | 'edge', name?: string): Promise<NodeIdentity> {
  const signing = await generateSigningKey();
  const identity: NodeIdentity = {
    id: role === 'node' ? newId('mediaNode') : (name ?? 'edge'),
    role,
    signing: { privateJwk: { ...signing.privateJwk }, publicJwk: { ...signing.publicJwk } },
  };
  if (role === 'node') {
    const pair = await generateKeyPair('ECDH-ES+A256KW', { extractable: true });
    identity.encryption = {
      privateJwk: { ...(await exportJWK(pair.privateKey)) },
      publicJwk: { ...(await exportJWK(pair.publicKey)) },
    };
  }
  return identity;
}

/** Reads the identity, or makes and keeps one at first start. */
export async function readOrMakeIdentity(
  path: string,
  role: 'node' | 'edge',
  name?: string,
): Promise<NodeIdentity> {
  try {
    return await readIdentity(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const made = await makeIdentity(role, name);
  await writePrivateFile(path, `${JSON.stringify(made, null, 2)}\n`);
  return made;
}
