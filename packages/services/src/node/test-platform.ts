import { randomBytes } from 'node:crypto';
import {
  type DeviceId,
  type Id,
  type MediaNodeId,
  newId,
  type TenantId,
  type UserId,
} from '@trunkline/contracts/ids.ts';
import type { LineGroup } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import { type Role, type Scope, scopes, scopesOfRole } from '@trunkline/contracts/scopes.ts';
import type { Tenant } from '@trunkline/contracts/tenants.ts';
import type { User } from '@trunkline/contracts/users.ts';
import { createTestDatabase, type TestDatabase } from '@trunkline/database/node/test-database.ts';
import { type Clock, systemClock } from '@trunkline/platform/clock.ts';
import type { NodeIdentity } from '@trunkline/platform/identity.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { makeIdentity } from '@trunkline/platform/node/identity-file.ts';
import { type BootstrapResult, bootstrapPlatform } from '../bootstrap/bootstrap-platform.ts';
import type { ControlContext, Principal } from '../core/context.ts';
import { type OpenPlatform, openPlatform, type PlatformOptions } from '../core/open-platform.ts';
import { createLineGroup } from '../line-groups/create-line-group.ts';
import { createLocation } from '../locations/create-location.ts';
import { createTenant } from '../tenants/create-tenant.ts';
import { createUser } from '../users/create-user.ts';

/** A clock tests move by hand; it starts at the real time. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function createTestClock(): TestClock {
  let offset = 0;
  return {
    now: () => new Date(systemClock.now().getTime() + offset),
    monotonic: () => systemClock.monotonic() + offset,
    advance(ms) {
      offset += ms;
    },
  };
}

/** The control plane's verbs over a database of their own, with one partner and one media node. */
export interface TestPlatform {
  readonly platform: OpenPlatform;
  readonly database: TestDatabase;
  readonly clock: TestClock;
  readonly node: NodeIdentity & { readonly id: MediaNodeId };
  readonly installation: BootstrapResult;
  readonly partnerKey: string;
  /** The demo partner, holding every scope a partner may hold, or these. */
  partner(tenantId?: TenantId, only?: readonly Scope[]): ControlContext;
  /** Another partner, beside or below the first. */
  as(principal: Principal, tenantId?: TenantId): ControlContext;
  /** A user with the scopes of these roles. */
  user(tenantId: TenantId, userId: UserId, roles?: readonly Role[]): ControlContext;
  /** A fresh tenant; its first admin is `admin` with password `trunkline-test`. */
  tenant(over?: Record<string, unknown>): Promise<Tenant>;
  /** A tenant with location Berlin (+49 30 12345, DDI 10–99) and a line group. */
  equipped(): Promise<{
    tenant: Tenant;
    location: Location;
    group: LineGroup;
    ctx: ControlContext;
  }>;
  member(tenantId: TenantId, over?: Record<string, unknown>): Promise<User>;
  close(): Promise<void>;
}

export const testPassword = 'trunkline-test';

const uniqueName = (prefix: string) => `${prefix}-${randomBytes(5).toString('hex')}`;

export async function openTestPlatform(
  options: Partial<PlatformOptions> = {},
): Promise<TestPlatform> {
  const database = await createTestDatabase();
  const clock = createTestClock();
  const platform = await openPlatform({
    databaseUrls: database.urls,
    pool: 8,
    keyEncryptionKeys: `test:${randomBytes(32).toString('base64url')}`,
    platformDomain: 'trunkline.test',
    region: 'eu',
    issuer: 'http://localhost:8080',
    clock,
    log: createLogger({ name: 'test', level: 'error', write: () => undefined }),
    ...options,
  });
  const partnerKey = `tlk_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`;
  const node = (await makeIdentity('node')) as NodeIdentity & { id: MediaNodeId };
  const installation = await bootstrapPlatform(platform, {
    region: { id: 'eu', name: 'Europe' },
    partner: { name: 'Partner', apiKey: partnerKey },
    nodes: [
      {
        id: node.id,
        name: 'node-1',
        signPublicJwk: node.signing.publicJwk,
        encPublicJwk: node.encryption?.publicJwk ?? {},
      },
    ],
    edges: [],
  });

  const as = (principal: Principal, tenantId?: TenantId): ControlContext => ({
    ...platform,
    principal,
    language: 'de',
    requestId: newId('request'),
    ...(tenantId ? { tenantId } : {}),
  });
  const partner = (tenantId?: TenantId, only: readonly Scope[] = scopes) =>
    as(
      {
        kind: 'apiKey',
        keyId: newId('apiKey'),
        partnerId: installation.partnerId,
        tenantId: null,
        scopes: new Set(only),
      },
      tenantId,
    );
  const tenant = (over: Record<string, unknown> = {}) =>
    createTenant(partner(), {
      alias: uniqueName('t'),
      displayName: 'Musterfirma',
      firstAdmin: { userName: 'admin', displayName: 'Admin', password: testPassword },
      ...over,
    });

  return {
    platform,
    database,
    clock,
    node,
    installation,
    partnerKey,
    partner,
    as,
    user: (tenantId, userId, roles = []) =>
      as(
        {
          kind: 'user',
          tenantId,
          userId,
          deviceId: newId('device') as DeviceId,
          sessionId: newId('session') as Id<'session'>,
          scopes: new Set<Scope>(['client', ...roles.flatMap((role) => scopesOfRole[role])]),
        },
        tenantId,
      ),
    tenant,
    async equipped() {
      const made = await tenant();
      const ctx = partner(made.id);
      const location = await createLocation(ctx, {
        name: 'Berlin',
        countryCode: '49',
        areaCode: '030',
        baseNumber: '12345',
        ddiFrom: '10',
        ddiTo: '99',
        internalLengthMax: 2,
      });
      const group = await createLineGroup(ctx, {
        name: 'PBX',
        registrarHost: '127.0.0.1',
        locationId: location.id,
      });
      return { tenant: made, location, group, ctx };
    },
    member: (tenantId, over = {}) =>
      createUser(partner(tenantId), {
        userName: uniqueName('u'),
        displayName: 'Anna Albrecht',
        ...over,
      }),
    async close() {
      await platform.close();
      await database.drop();
    },
  };
}
