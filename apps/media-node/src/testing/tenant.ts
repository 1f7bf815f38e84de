import { newId, type UserId } from '@trunkline/contracts/ids.ts';
import type { NodeTenantConfig } from '@trunkline/contracts/node-config.ts';

type Group = NodeTenantConfig['lineGroups'][number];

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
): TestTenant {
  const [anna, ben, locationId] = [newId('user'), newId('user'), newId('location')];
  const at = '2026-11-23T09:00:00.000Z';
  const line = (number: string, userIds: UserId[]): Group['lines'][number] => ({
    id: newId('line'),
    userName: number,
    authUserName: null,
    password: null,
    number,
    suffix: '',
    journal: true,
    privatePhone: false,
    userIds,
  });
  const config: NodeTenantConfig = {
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
      {
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
      },
    ],
    directory: [
      { userId: anna, displayName: 'Anna Beispiel', numbers: ['+49301234520'] },
      { userId: ben, displayName: 'Ben Muster', numbers: ['+49301234521'] },
    ],
  };
  return { config, anna, ben };
}
