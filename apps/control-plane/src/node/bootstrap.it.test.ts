import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openDatabase } from '@trunkline/database/connect.ts';
import { createTestDatabase, type TestDatabase } from '@trunkline/database/node/test-database.ts';
import { systemClock } from '@trunkline/platform/clock.ts';
import { makeIdentity } from '@trunkline/platform/node/identity-file.ts';
import { authenticateApiKey } from '@trunkline/services/keys/api-key.ts';
import { getLinkKey } from '@trunkline/services/link/get-link-key.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BootstrapReport } from './bootstrap.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./bootstrap.ts', import.meta.url));

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase({ migrated: false });
  folder = await mkdtemp(join(tmpdir(), 'bootstrap-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

const kek = `k1:${randomBytes(32).toString('base64url')}`;

async function bootstrap(input: unknown): Promise<BootstrapReport> {
  const file = join(folder, 'input.json');
  await writeFile(file, JSON.stringify(input));
  const { stdout } = await run(process.execPath, [script, file], {
    timeout: 60_000,
    env: {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: database.ownerUrl,
      TRUNKLINE_DATABASE_URL_APP: database.urls.app,
      TRUNKLINE_DATABASE_URL_ROUTER: database.urls.router,
      TRUNKLINE_DATABASE_URL_WORKER: database.urls.worker,
      TRUNKLINE_DATABASE_URL_OPERATOR: database.urls.operator,
      TRUNKLINE_KEK: kek,
    },
  });
  return JSON.parse(stdout) as BootstrapReport;
}

test('prepares an empty database, and changes only what differs the next time', async () => {
  const node = await makeIdentity('node');
  const edge = await makeIdentity('edge', 'edge-1');
  const apiKey = (secret: string) => `tlk_0123456789ab_${secret.repeat(43)}`;
  const input = (secret: string, edgeKey = edge.signing.publicJwk) => ({
    region: { id: 'eu', name: 'Europe' },
    partner: { name: 'Partner', apiKey: apiKey(secret) },
    nodes: [
      {
        id: node.id,
        name: 'media-node-1',
        signPublicJwk: node.signing.publicJwk,
        encPublicJwk: node.encryption?.publicJwk,
      },
    ],
    edges: [{ id: 'edge-1', signPublicJwk: edgeKey }],
  });
  const first = await bootstrap(input('a'));
  expect(first.migrations.length).toBeGreaterThan(0);
  expect(first.partnerId).toMatch(/^par_/);
  expect(first.configKeys.keys).toHaveLength(1);
  expect(first.configKeys.keys[0]).not.toHaveProperty('d');
  expect(await bootstrap(input('a'))).toEqual({ ...first, migrations: [] });

  const renewed = (await makeIdentity('edge', 'edge-1')).signing.publicJwk;
  expect(await bootstrap(input('b', renewed))).toEqual({ ...first, migrations: [] });
  const router = openDatabase({ url: database.urls.router, max: 1 });
  expect(await getLinkKey(router.db, 'edge', 'edge-1')).toEqual(renewed);
  expect(await getLinkKey(router.db, 'node', node.id)).toEqual(node.signing.publicJwk);
  const found = (secret: string) => authenticateApiKey(router.db, systemClock, apiKey(secret));
  expect((await found('b')).partnerId).toBe(first.partnerId);
  await expect(found('a')).rejects.toMatchObject({ code: 'unauthenticated' });
  await router.close();
});

test('says what is wrong with its input and ends with an error', async () => {
  await expect(
    bootstrap({ region: { id: 'eu', name: 'Europe' }, nodes: [{}], edges: [] }),
  ).rejects.toThrow(/nodes/);
});
