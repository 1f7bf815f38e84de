import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeIdentity } from '@trunkline/platform/identity.ts';
import { readOrMakeIdentity, writePrivateFile } from '@trunkline/platform/node/identity-file.ts';
import { z } from 'zod';
import { environmentOf, type Installation, identityFile } from './environment.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../control-plane/src/node/bootstrap.ts', import.meta.url));
const timeoutMs = 60_000;

/** What the step reports that we need. */
const report = z.object({ configKeys: nodeIdentity.shape.configKeys.unwrap() });

/**
 * Prepares the installation before anything is served: identities of the edge and the media node,
 * then, in a process of its own, roles, migrations, keys and registrations.
 * @throws with the step's own words
 */
export async function bootstrap(installation: Installation): Promise<void> {
  const { dataDir, settings, secrets } = installation;
  const edge = await readOrMakeIdentity(identityFile(dataDir, 'edge'), 'edge', 'edge-1');
  const node = await readOrMakeIdentity(identityFile(dataDir, 'media-node'), 'node');
  if (!node.encryption)
    throw new Error(`${identityFile(dataDir, 'media-node')} has no encryption key`);
  const input = join(dataDir, 'secrets', 'bootstrap.json');
  await writePrivateFile(
    input,
    JSON.stringify({
      region: { id: settings.region, name: settings.region },
      partner: { name: 'Standalone', apiKey: secrets.partnerApiKey },
      nodes: [
        {
          id: node.id,
          name: 'media-node-1',
          signPublicJwk: node.signing.publicJwk,
          encPublicJwk: node.encryption.publicJwk,
        },
      ],
      edges: [{ id: edge.id, signPublicJwk: edge.signing.publicJwk }],
    }),
  );
  const { stdout } = await run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, input],
    {
      env: await environmentOf('bootstrap', installation),
      timeout: timeoutMs,
      maxBuffer: 4 * 1024 * 1024,
    },
  );
  const { configKeys } = report.parse(JSON.parse(stdout));
  // The node takes configuration from these keys only.
  await writePrivateFile(
    identityFile(dataDir, 'media-node'),
    `${JSON.stringify({ ...node, configKeys }, null, 2)}\n`,
  );
}
