import { randomBytes } from 'node:crypto';
import type { Alert } from '@trunkline/contracts/alerts.ts';
import type { SignedIn } from '@trunkline/contracts/auth.ts';
import type { NodeEventType } from '@trunkline/contracts/call-events.ts';
import type { Capture } from '@trunkline/contracts/captures.ts';
import { type CallId, idSchema, newId } from '@trunkline/contracts/ids.ts';
import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { Page } from '@trunkline/contracts/pages.ts';
import type { Tenant } from '@trunkline/contracts/tenants.ts';
import type { User } from '@trunkline/contracts/users.ts';
import type { DatabaseHandle } from '@trunkline/database/connect.ts';
import { createTestDatabase, type TestDatabase } from '@trunkline/database/node/test-database.ts';
import type { LoginRole } from '@trunkline/database/roles.ts';
import type { NodeIdentity } from '@trunkline/platform/identity.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { makeIdentity } from '@trunkline/platform/node/identity-file.ts';
import { bootstrapPlatform } from '@trunkline/services/bootstrap/bootstrap-platform.ts';
import { type OpenPlatform, openPlatform } from '@trunkline/services/core/open-platform.ts';
import { ingestEvents } from '@trunkline/services/ingest/ingest-events.ts';
import type { RequestLimits } from '../../http/rate-limit.ts';
import { type ControlPlane, startControlPlane } from '../control-plane.ts';
import { type Api, apiAt } from './api-client.ts';
import { createTestClock, type TestClock } from './test-clock.ts';

/** Origin of the pages, as users would see it. */
export const publicUrl = 'http://localhost:8080';
export const password = 'correct horse battery';

/** A whole control plane with a database of its own, behind real HTTP. */
export interface TestPlane extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly database: TestDatabase;
  readonly platform: OpenPlatform;
  readonly clock: TestClock;
  /** Lines of the log, parsed. */
  readonly log: Record<string, unknown>[];
  readonly node: NodeIdentity;
  readonly edge: NodeIdentity;
  /** The partner that provisions, and another one beside it. */
  readonly partner: Api;
  readonly partnerKey: string;
  readonly stranger: Api;
  /** A caller with this token, or with none. */
  as(token?: string): Api;
  signIn(tenant: Tenant, userName: string, pass?: string): Promise<SignedIn>;
  /** A new tenant with an admin called `admin`, as the partner. */
  tenant(api?: Api): Promise<TestTenant>;
  /** Ends the control plane alone and starts it again on the same port. */
  restart(): Promise<void>;
}

export interface TestTenant {
  readonly tenant: Tenant;
  /** The partner, inside the tenant. */
  readonly api: Api;
  /** The first admin, signed in. */
  admin(): Promise<Api>;
  /** A location, a line group, a line and a user with its number. */
  furnish(): Promise<Furniture>;
}

export interface Furniture {
  readonly location: Location;
  readonly lineGroup: LineGroup;
  readonly line: Line;
  readonly user: User;
  readonly capture: Capture;
  /** A call of the line, refused by the toll-fraud floor. */
  readonly callId: CallId;
  readonly alert: Alert;
}

export interface TestPlaneOptions {
  readonly limits?: (clock: TestClock) => RequestLimits;
  /** Puts something between the control plane and its database. */
  readonly urls?: (database: TestDatabase) => Promise<Readonly<Record<LoginRole, string>>>;
}

const keyEncryptionKeys = `test:${Buffer.alloc(32, 7).toString('base64')}`;
const makeKey = () =>
  `tlk_${randomBytes(5).toString('hex')}_${randomBytes(32).toString('base64url')}`;

export async function startTestPlane(options: TestPlaneOptions = {}): Promise<TestPlane> {
  const database = await createTestDatabase();
  const databaseUrls = (await options.urls?.(database)) ?? database.urls;
  const clock = createTestClock();
  const log: Record<string, unknown>[] = [];
  const open = () =>
    openPlatform({
      databaseUrls,
      pool: 8,
      keyEncryptionKeys,
      platformDomain: 'uc.example',
      region: 'eu',
      issuer: publicUrl,
      clock,
      log: createLogger({
        name: 'control-plane',
        level: 'debug',
        write: (line) => log.push(JSON.parse(line) as Record<string, unknown>),
      }),
    });
  let platform = await open();
  const [node, edge] = [await makeIdentity('node'), await makeIdentity('edge', 'edge-1')];
  const keys = { partner: makeKey(), stranger: makeKey() };
  for (const [name, apiKey] of Object.entries(keys))
    await bootstrapPlatform(platform, {
      region: { id: 'eu', name: 'Europe' },
      partner: { name, apiKey },
      nodes: [
        {
          id: idSchema('mediaNode').parse(node.id),
          name: 'node 1',
          signPublicJwk: node.signing.publicJwk,
          encPublicJwk: node.encryption?.publicJwk ?? {},
        },
      ],
      edges: [{ id: edge.id, signPublicJwk: edge.signing.publicJwk }],
    });
  const start = (port: number): Promise<ControlPlane> =>
    startControlPlane({
      platform,
      databaseUrls,
      port,
      host: '127.0.0.1',
      trustedProxies: ['127.0.0.1'],
      callRetention: { eventDays: 14, recordDays: 365 },
      ...(options.limits && { limits: options.limits(clock) }),
    });
  let plane = await start(0);
  const url = `http://127.0.0.1:${plane.port}`;

  const self: TestPlane = {
    url,
    port: plane.port,
    database,
    get platform() {
      return platform;
    },
    clock,
    log,
    node,
    edge,
    partner: apiAt(url, keys.partner),
    partnerKey: keys.partner,
    stranger: apiAt(url, keys.stranger),
    as: (token) => apiAt(url, token),
    signIn: (tenant, userName, pass = password) =>
      apiAt(url).ok<SignedIn>('POST', '/v1/auth/sign-in', {
        identity: `${userName}@${tenant.presenceDomain}`,
        password: pass,
      }),
    tenant: (api = self.partner) => makeTenant(self, api),
    async restart() {
      await plane.stop();
      platform = await open();
      plane = await start(self.port);
    },
    async [Symbol.asyncDispose]() {
      await plane.stop();
      await database.drop();
    },
  };
  return self;
}

async function makeTenant(plane: TestPlane, partner: Api): Promise<TestTenant> {
  const alias = `t-${randomBytes(6).toString('hex')}`;
  const tenant = await partner.ok<Tenant>('POST', '/v1/tenants', {
    alias,
    displayName: `Test ${alias}`,
    firstAdmin: { userName: 'admin', displayName: 'Admin', password },
  });
  const api = partner.with({ 'trunkline-tenant': tenant.id });
  return {
    tenant,
    api,
    admin: async () => plane.as((await plane.signIn(tenant, 'admin')).accessToken),
    furnish: () => furnish(plane, tenant, api),
  };
}

async function furnish(plane: TestPlane, tenant: Tenant, api: Api): Promise<Furniture> {
  const location = await api.ok<Location>('POST', '/v1/locations', berlin());
  const lineGroup = await api.ok<LineGroup>('POST', '/v1/line-groups', {
    name: 'PBX',
    locationId: location.id,
    registrarHost: '127.0.0.1',
  });
  const line = await api.ok<Line>('POST', '/v1/lines', {
    lineGroupId: lineGroup.id,
    userName: '20',
    number: '20',
    password: 'line-secret',
  });
  const user = await api.ok<User>('POST', '/v1/users', {
    userName: 'anna',
    displayName: 'Anna',
    password,
    phones: [{ slot: 'business', number: '20' }],
  });
  const capture = await api.ok<Capture>('POST', `/v1/line-groups/${lineGroup.id}/captures`, {});
  const callId = await refusedCall(plane, tenant, line);
  const [alert] = (await api.ok<Page<Alert>>('GET', '/v1/alerts')).items;
  if (!alert) throw new Error('the refused call raised no alert');
  return { location, lineGroup, line, user, capture, callId, alert };
}

/** Lets the node report a call that the toll-fraud floor refused. */
async function refusedCall(plane: TestPlane, tenant: Tenant, line: Line): Promise<CallId> {
  const call = newId('call');
  const node = idSchema('mediaNode').parse(plane.node.id);
  const event = (seq: number, type: NodeEventType, data: object) => ({
    id: newId('event'),
    tenant: tenant.id,
    call,
    node,
    bootEpoch: 1,
    seq,
    occurredAt: plane.clock.now().toISOString(),
    schema: 1,
    type,
    data,
  });
  await ingestEvents(plane.platform, node, [
    event(1, 'call.started', {
      direction: 'outgoing',
      lineId: line.id,
      lineGroupId: line.lineGroupId,
      lineNumber: line.number,
      localNumber: null,
      userIds: [],
      remote: { number: '+88299', display: '+88299', name: null, userId: null },
      dialled: null,
      emergency: false,
      private: false,
      journal: true,
      sipCallId: 'x',
    }),
    event(2, 'limit.hit', { reason: 'country', userId: null, lineId: line.id, destination: '882' }),
  ]);
  return call;
}

/** A location as callers enter it. */
export const berlin = (name = 'Berlin') => ({
  name,
  countryCode: '49',
  areaCode: '030',
  baseNumber: '12345',
  ddiFrom: '10',
  ddiTo: '99',
});

/** A handle of one role, for looking at rows. */
export const rowsOf = (plane: TestPlane, role: LoginRole): DatabaseHandle['sql'] =>
  plane.platform.handles[role].sql;
