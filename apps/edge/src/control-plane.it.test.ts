import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SignedIn } from '@trunkline/contracts/auth.ts';
import type { Tenant } from '@trunkline/contracts/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@trunkline/database/node/test-database.ts';
import { systemClock } from '@trunkline/platform/clock.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { makeIdentity } from '@trunkline/platform/node/identity-file.ts';
import { bootstrapPlatform } from '@trunkline/services/bootstrap/bootstrap-platform.ts';
import { openPlatform } from '@trunkline/services/core/open-platform.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Edge, startEdge } from './node/edge.ts';
import { eventually } from './testing/eventually.ts';
import { openRealtime } from './testing/realtime-client.ts';

/** The edge before the real control plane, which runs as the process it is. */
const publicUrl = 'http://localhost';
/** Started, never imported: the two apps meet on the wire only. */
const main = join(
  fileURLToPath(new URL('../../../', import.meta.url)),
  'apps/control-plane/src/main.ts',
);
const kek = `test:${Buffer.alloc(32, 7).toString('base64')}`;
const apiKey = `tlk_edgetest_${'s'.repeat(32)}`;
const password = 'correct horse battery';
const logger = createLogger({ name: 'edge', level: 'error' });

let database: TestDatabase;
let dataDir: string;
let control: { process: ChildProcess; port: number };
let edge: Edge;
let tenant: Tenant;

async function startControlPlane(port = 0): Promise<typeof control> {
  const child = fork(main, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH ?? '',
      TRUNKLINE_DATA: dataDir,
      TRUNKLINE_PUBLIC_URL: publicUrl,
      TRUNKLINE_CONTROL_PLANE_PORT: String(port),
      TRUNKLINE_KEK: kek,
      TRUNKLINE_LOG_LEVEL: 'error',
      ...Object.fromEntries(
        Object.entries(database.urls).map(([role, url]) => [
          `TRUNKLINE_DATABASE_URL_${role.toUpperCase()}`,
          url,
        ]),
      ),
    },
  });
  const ready = await new Promise<{ port: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { port: number }));
    child.once('exit', (code) => reject(new Error(`the control plane ended with ${code}`)));
  });
  return { process: child, port: ready.port };
}

async function stopControlPlane(): Promise<void> {
  const gone = new Promise((resolve) => control.process.once('exit', resolve));
  control.process.kill('SIGKILL');
  await gone;
}

const call = (path: string, bearer: string | undefined, init: RequestInit = {}) => {
  const headers = new Headers(init.headers);
  if (bearer) headers.set('authorization', `Bearer ${bearer}`);
  if (init.body) headers.set('content-type', 'application/json');
  return fetch(`http://127.0.0.1:${edge.port}${path}`, { ...init, headers });
};
const post = (path: string, bearer: string | undefined, body: object, key?: string) =>
  call(path, bearer, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: key ? { 'idempotency-key': key } : {},
  });

async function signIn(): Promise<{ token: string; cookie: string }> {
  const identity = `olga@${tenant.presenceDomain}`;
  const response = await post('/v1/auth/sign-in', undefined, { identity, password });
  expect(response.status).toBe(200);
  const { accessToken } = (await response.json()) as SignedIn;
  return { token: accessToken, cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'trunkline-edge-control-'));
  const identity = await makeIdentity('edge', 'edge-test');
  const platform = await openPlatform({
    databaseUrls: database.urls,
    pool: 2,
    keyEncryptionKeys: kek,
    platformDomain: 'trunkline.localhost',
    region: 'eu',
    issuer: publicUrl,
    clock: systemClock,
    log: logger,
  });
  await bootstrapPlatform(platform, {
    region: { id: 'eu', name: 'Europe' },
    partner: { name: 'Partner', apiKey },
    nodes: [],
    edges: [{ id: identity.id, signPublicJwk: identity.signing.publicJwk }],
  });
  await platform.close();
  control = await startControlPlane();
  edge = await startEdge({
    port: 0,
    bindAddress: '127.0.0.1',
    publicUrl,
    trustedProxies: [],
    controlPlaneUrl: `http://127.0.0.1:${control.port}`,
    databaseUrls: database.urls,
    databasePool: 4,
    dataDir,
    webRoot: dataDir,
    identity,
    logger,
  });
  const created = await post(
    '/v1/tenants',
    apiKey,
    {
      alias: 'edge-test',
      displayName: 'Edge test',
      firstAdmin: { userName: 'olga', displayName: 'Olga', password },
    },
    'create-tenant-1',
  );
  expect(created.status).toBe(201);
  tenant = (await created.json()) as Tenant;
  await eventually(async () => {
    const response = await call(`/v1/tenants/${tenant.id}`, apiKey);
    expect(((await response.json()) as Tenant).state).toMatch(/^(?:trial|active)$/);
  });
});
afterAll(async () => {
  await edge?.stop();
  await stopControlPlane();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

test('sign-in through the gateway; its token opens API and socket at the edge', async () => {
  const { token, cookie } = await signIn();
  expect(cookie).toMatch(/^tl_refresh=/);
  const me = await call('/v1/me', token);
  expect(await me.json()).toMatchObject({ displayName: 'Olga', tenantId: tenant.id });
  const client = await openRealtime(`http://127.0.0.1:${edge.port}`, token);
  expect(client.frames[0]).toMatchObject({ t: 'hello', resumed: false });
  client.socket.close(4001);
  const refreshed = await call('/v1/auth/refresh', undefined, {
    method: 'POST',
    headers: { cookie },
  });
  expect(refreshed.status).toBe(200);
});

test('problems of the control plane arrive as they are', async () => {
  const wrong = await post('/v1/auth/sign-in', undefined, {
    identity: `olga@${tenant.presenceDomain}`,
    password: 'wrong wrong',
  });
  expect(wrong.status).toBe(401);
  expect(wrong.headers.get('content-type')).toContain('application/problem+json');
  expect(await wrong.json()).toMatchObject({ code: 'invalid_credentials' });
  const foreign = await call('/v1/auth/sign-out', undefined, {
    method: 'POST',
    headers: { origin: 'https://evil.example' },
  });
  expect(foreign.status).toBe(403);
});

test('a new user is told to the clients, signing out ends the socket', async () => {
  const { token, cookie } = await signIn();
  const client = await openRealtime(`http://127.0.0.1:${edge.port}`, token);
  const created = await post(
    '/v1/users',
    token,
    { userName: 'paul', displayName: 'Paul' },
    'create-user-1',
  );
  expect(created.status).toBe(201);
  await eventually(() => expect(client.events('directory.changed').length).toBeGreaterThan(0));
  const people = (await (await call('/v1/people', token)).json()) as { items: object[] };
  expect(people.items).toMatchObject([{ displayName: 'Olga' }, { displayName: 'Paul' }]);
  const out = await call('/v1/auth/sign-out', token, { method: 'POST', headers: { cookie } });
  expect(out.status).toBeLessThan(300);
  await eventually(() => expect(client.closed).toEqual({ code: 1008 }));
  expect(client.frames.at(-1)).toMatchObject({ t: 'bye', code: 'session_expired' });
});

test('a suspended tenant: open sockets keep emergency calls only, until it is resumed', async () => {
  const { token } = await signIn();
  const client = await openRealtime(`http://127.0.0.1:${edge.port}`, token);
  const reason = { reason: 'payment' };
  expect((await post(`/v1/tenants/${tenant.id}/suspend`, apiKey, reason, 'suspend-1')).ok).toBe(
    true,
  );
  const data = { state: 'away' };
  let id = 0;
  const refusal = async () => {
    client.send({ t: 'cmd', id: `presence-${++id}`, type: 'presence.set', data });
    await eventually(() => expect(client.result(`presence-${id}`)).toBeDefined());
    return client.result(`presence-${id}`);
  };
  await eventually(async () =>
    expect(await refusal()).toMatchObject({ error: { code: 'tenant_suspended' } }),
  );
  const people = () =>
    fetch(`http://127.0.0.1:${edge.port}/v1/people`, {
      headers: { authorization: `Bearer ${token}` },
    });
  expect(await (await people()).json()).toMatchObject({ code: 'tenant_suspended' });
  expect((await post(`/v1/tenants/${tenant.id}/resume`, apiKey, reason, 'resume-1')).ok).toBe(true);
  await eventually(async () => expect(await refusal()).toMatchObject({ ok: true }));
  expect((await people()).status).toBe(200);
  client.socket.close(4001);
});

test('the control plane is killed: clients go on, and fetch again when it is back', async () => {
  const { token } = await signIn();
  const client = await openRealtime(`http://127.0.0.1:${edge.port}`, token);
  await stopControlPlane();
  expect((await call('/v1/users', token)).status).toBe(503);
  expect((await call('/v1/me', token)).status).toBe(200);
  const before = client.events('directory.changed').length;
  control = await startControlPlane(control.port);
  await eventually(() => expect(client.events('directory.changed').length).toBeGreaterThan(before));
  expect((await call('/v1/users', token)).status).toBe(200);
  client.socket.close(4001);
});
