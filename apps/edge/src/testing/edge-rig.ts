import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import {
  type DeviceId,
  type MediaNodeId,
  newId,
  type TenantId,
  type UserId,
} from '@trunkline/contracts/ids.ts';
import { openDatabase } from '@trunkline/database/connect.ts';
import { createTestDatabase, type TestDatabase } from '@trunkline/database/node/test-database.ts';
import { createLogger, type LogLevel } from '@trunkline/platform/log.ts';
import { makeIdentity } from '@trunkline/platform/node/identity-file.ts';
import {
  generateSigningKey,
  type SigningKey,
  signAccessToken,
} from '@trunkline/platform/tokens.ts';
import type { HubLimits } from '../hub/limits.ts';
import { type Edge, startEdge } from '../node/edge.ts';
import { type ControlPlanePeer, startControlPlanePeer } from './control-plane-peer.ts';

export interface TestUser {
  tenant: TenantId;
  userId: UserId;
  deviceId: DeviceId;
}

/** An edge on real sockets and a real database; its control plane is a peer on the wire. */
export interface EdgeRig {
  readonly url: string;
  readonly edge: Edge;
  readonly control: ControlPlanePeer;
  readonly database: TestDatabase;
  readonly dataDir: string;
  /** Superuser: beyond the fences of the edge's own roles. */
  readonly sql: ReturnType<typeof openDatabase>['sql'];
  tenant(): Promise<TenantId>;
  user(tenant: TenantId, name: string): Promise<TestUser>;
  token(user: TestUser, over?: Partial<AccessClaims>): Promise<string>;
  /** A registered node that serves these tenants. */
  node(...tenants: TenantId[]): Promise<{ id: MediaNodeId; key: SigningKey }>;
  fetch(path: string, token?: string, init?: RequestInit): Promise<Response>;
  stopControlPlane(): Promise<void>;
  restartControlPlane(): Promise<void>;
  restartEdge(): Promise<void>;
  stop(): Promise<void>;
}

export const issuer = 'http://localhost';

export async function startEdgeRig(
  options: { limits?: Partial<HubLimits>; webRoot?: string; logLevel?: LogLevel } = {},
): Promise<EdgeRig> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'trunkline-edge-'));
  const key = await generateSigningKey();
  const identity = await makeIdentity('edge', 'edge-test');
  let control = await startControlPlanePeer([key]);
  const { sql, close } = openDatabase({ url: database.superUrl, max: 2 });
  await sql`insert into control.regions (id, name) values ('eu', 'Europe') on conflict do nothing`;
  const start = () =>
    startEdge({
      port: 0,
      bindAddress: '127.0.0.1',
      publicUrl: issuer,
      trustedProxies: [],
      controlPlaneUrl: control.url,
      databaseUrls: { app: database.urls.app, router: database.urls.router },
      databasePool: 4,
      dataDir,
      webRoot: options.webRoot ?? dataDir,
      identity,
      logger: createLogger({ name: 'edge', level: options.logLevel ?? 'error' }),
      ...(options.limits && { limits: options.limits }),
    });
  let edge = await start();
  const url = () => `http://127.0.0.1:${edge.port}`;

  return {
    get url() {
      return url();
    },
    get edge() {
      return edge;
    },
    get control() {
      return control;
    },
    database,
    dataDir,
    sql,
    async tenant() {
      const id = newId('tenant');
      const alias = id.slice(-12);
      await sql`insert into control.tenants
        (id, alias, display_name, presence_domain, region, state, time_zone, default_language)
        values (${id}, ${alias}, ${`Tenant ${alias}`}, ${`${alias}.trunkline.localhost`}, 'eu',
          'active', 'Europe/Berlin', 'de')`;
      return id;
    },
    async user(tenant, name) {
      const userId = newId('user');
      await sql`insert into tenant.users (tenant_id, id, user_name, display_name)
        values (${tenant}, ${userId}, ${name.toLowerCase()}, ${name})`;
      return { tenant, userId, deviceId: newId('device') };
    },
    async token(user, over = {}) {
      const iat = Math.floor(Date.now() / 1000);
      const claims: AccessClaims = {
        iss: issuer,
        aud: 'trunkline',
        sub: user.userId,
        tid: user.tenant,
        did: user.deviceId,
        sid: newId('session'),
        scope: 'client',
        name: 'Test',
        lang: 'en',
        iat,
        exp: iat + 600,
        jti: crypto.randomUUID(),
        ...over,
      };
      return signAccessToken({ key, claims });
    },
    async node(...tenants) {
      const id = newId('mediaNode');
      const nodeKey = await generateSigningKey();
      await sql`insert into control.media_nodes
        (id, region, name, state, sign_public_jwk, enc_public_jwk)
        values (${id}, 'eu', ${id}, 'ready', ${JSON.stringify(nodeKey.publicJwk)}::text::jsonb, '{}')`;
      for (const tenant of new Set(tenants))
        await sql`insert into control.node_assignments (tenant_id, line_group_id, node_id)
          values (${tenant}, ${newId('lineGroup')}, ${id})`;
      return { id, key: nodeKey };
    },
    fetch: (path, token, init = {}) => {
      const headers = new Headers(init.headers);
      if (token) headers.set('authorization', `Bearer ${token}`);
      return fetch(url() + path, { ...init, headers });
    },
    stopControlPlane: () => control.stop(),
    async restartControlPlane() {
      control = await startControlPlanePeer([key], control.port);
    },
    async restartEdge() {
      await edge.stop();
      edge = await start();
    },
    async stop() {
      await edge.stop();
      await control.stop();
      await close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
