import { defaultCallLimits } from '@trunkline/contracts/call-limits.ts';
import { newId, type UserId } from '@trunkline/contracts/ids.ts';
import { type NodeTenantConfig, nodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import type { z } from 'zod';

type Group = NodeTenantConfig['lineGroups'][number];
type TestLine = z.input<typeof nodeTenantConfig>['lineGroups'][number]['lines'][number];

/** What a test may set beside the line group. */
export interface TestTenantOptions {
  /** Merged over the lines by number. */
  lines?: Readonly<Record<string, Partial<TestLine>>>;
  limits?: Partial<NodeTenantConfig['limits']>;
  /** Line 22 (Ben's too) in a group of its own, at the same PBX. */
  secondGroup?: boolean;
  /** Ben's mailbox number and Anna's. */
  mailboxes?: { anna?: string; ben?: string };
}

export interface TestTenant {
  config: NodeTenantConfig;
  anna: UserId;
  ben: UserId;
}

/**
 * A tenant as the demo has it: location Berlin with DDI 10–99, one line group, lines 20 (Anna)
 * and 21 (Ben). Every call makes fresh ids.
 */
export function testTenant(
  group: Partial<Group> = {},
  firstLineUsers?: (users: { anna: UserId; ben: UserId }) => UserId[],
  options: TestTenantOptions = {},
): TestTenant {
  const [anna, ben, locationId] = [newId('user'), newId('user'), newId('location')];
  const at = '2026-11-23T09:00:00.000Z';
  const line = (number: string, userIds: UserId[]): TestLine => ({
    id: newId('line'),
    userName: number,
    authUserName: null,
    password: null,
    number,
    suffix: '',
    journal: true,
    privatePhone: false,
    userIds,
    ...options.lines?.[number],
  });
  const first = {
    id: newId('lineGroup'),
    name: 'PBX',
    registrarHost: '127.0.0.1',
    registrarPort: 5060,
    domain: null,
    transport: 'udp',
    expiresSeconds: 300,
    registerDelayMs: 0,
    locationId,
    journal: true,
    notSignedInResponse: 486,
    rejectResponse: 'client',
    hideRejectButton: false,
    lines: [line('20', firstLineUsers?.({ anna, ben }) ?? [anna]), line('21', [ben])],
    ...group,
  } satisfies z.input<typeof nodeTenantConfig>['lineGroups'][number];
  const config = nodeTenantConfig.parse({
    tenant: { id: newId('tenant'), state: 'active' },
    locations: [
      {
        id: locationId,
        name: 'Berlin',
        countryCode: '49',
        areaCode: '30',
        usesPbx: true,
        exchangeType: 'ddi',
        baseNumber: '12345',
        ddiFrom: '10',
        ddiTo: '99',
        internalLengthMin: 2,
        internalLengthMax: 4,
        accessCode: '0',
        timeZone: 'Europe/Berlin',
        createdAt: at,
        updatedAt: at,
        version: 1,
      },
    ],
    lineGroups: [
      first,
      ...(options.secondGroup
        ? [{ ...first, id: newId('lineGroup'), name: 'Other', lines: [line('22', [ben])] }]
        : []),
    ],
    directory: [
      {
        userId: anna,
        displayName: 'Anna Beispiel',
        numbers: ['+49301234520'],
        mailbox: options.mailboxes?.anna ?? null,
      },
      {
        userId: ben,
        displayName: 'Ben Muster',
        numbers: ['+49301234521'],
        mailbox: options.mailboxes?.ben ?? null,
      },
    ],
    limits: { ...defaultCallLimits, ...options.limits },
  } satisfies z.input<typeof nodeTenantConfig>);
  return { config, anna, ben };
}
