import { randomUUID } from 'node:crypto';
import type { SignedIn } from '@trunkline/contracts/auth.ts';
import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { Tenant } from '@trunkline/contracts/tenants.ts';
import type { User } from '@trunkline/contracts/users.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type ApiClient, createApiClient } from './api.ts';
import type { Product } from './product.ts';

export const testPassword = 'correct horse battery';

/** A fresh tenant with a location, a line group at a PBX, lines and people. */
export interface TestTenant {
  readonly tenant: Tenant;
  readonly api: ApiClient;
  readonly location: Location;
  readonly lineGroup: LineGroup;
  readonly lines: Readonly<Record<string, Line>>;
  readonly users: Readonly<Record<string, User>>;
  identity(userName: string): string;
  /** The API as one of its users. */
  as(userName: string): Promise<ApiClient>;
  /** Waits until the lines are registered. */
  linesOpen(): Promise<void>;
}

export interface TestTenantOptions {
  pbx: { host: string; port: number };
  domain?: string;
  /** Lines by number with their SIP password. */
  lines: Record<string, string>;
  /** People by user name: display name and number. */
  people: Record<string, { displayName: string; number: string }>;
  lineGroup?: Record<string, unknown>;
}

/** Provisions a tenant as a partner does, through the public API. */
export async function provisionTenant(
  product: Product,
  options: TestTenantOptions,
): Promise<TestTenant> {
  const alias = `t-${randomUUID().slice(0, 13)}`;
  const tenant = await product.partner.ok<Tenant>('POST', '/v1/tenants', {
    alias,
    displayName: `Test ${alias}`,
    firstAdmin: { userName: 'admin', displayName: 'Admin', password: testPassword },
  });
  const api = product.partner.inTenant(tenant.id);
  const location = await api.ok<Location>('POST', '/v1/locations', {
    name: 'Berlin',
    countryCode: '49',
    areaCode: '030',
    baseNumber: '12345',
    ddiFrom: '10',
    ddiTo: '99',
    internalLengthMin: 2,
    internalLengthMax: 2,
    accessCode: '0',
  });
  const lineGroup = await api.ok<LineGroup>('POST', '/v1/line-groups', {
    name: 'PBX',
    locationId: location.id,
    registrarHost: options.pbx.host,
    registrarPort: options.pbx.port,
    expiresSeconds: 60,
    ...(options.domain ? { domain: options.domain } : {}),
    ...options.lineGroup,
  });
  const lines: Record<string, Line> = {};
  for (const [number, password] of Object.entries(options.lines))
    lines[number] = await api.ok<Line>('POST', '/v1/lines', {
      lineGroupId: lineGroup.id,
      userName: number,
      number,
      password,
    });
  const users: Record<string, User> = {};
  for (const [userName, person] of Object.entries(options.people))
    users[userName] = await api.ok<User>('POST', '/v1/users', {
      userName,
      displayName: person.displayName,
      password: testPassword,
      phones: [{ slot: 'business', number: person.number }],
    });
  const identity = (userName: string) => `${userName}@${tenant.presenceDomain}`;
  return {
    tenant,
    api,
    location,
    lineGroup,
    lines,
    users,
    identity,
    async as(userName) {
      const signedIn = await createApiClient({ baseUrl: product.url, apiKey: 'none' }).ok<SignedIn>(
        'POST',
        '/v1/auth/sign-in',
        { identity: identity(userName), password: testPassword },
      );
      return createApiClient({ baseUrl: product.url, apiKey: signedIn.accessToken });
    },
    async linesOpen() {
      let last = '';
      await waitFor(
        'all lines to be registered',
        async () => {
          const { items } = await api.ok<{ items: Line[] }>('GET', '/v1/lines?limit=200');
          last = items
            .map((line) => `${line.number} ${line.state.state} ${line.state.reason.text}`)
            .join('\n');
          return items.length > 0 && items.every((line) => line.state.state === 'open');
        },
        { timeoutMs: 30_000, explain: () => last },
      );
    },
  };
}
