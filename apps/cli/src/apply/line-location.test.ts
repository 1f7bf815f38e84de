import { expect, test } from 'vitest';
import { describeStep, planTenant } from './plan.ts';
import type { TenantState } from './state.ts';
import { loadTenantFile } from './tenant-file.ts';

const yaml = (location: string) => `
tenant:
  alias: demo
  displayName: Demo GmbH
  firstAdmin: { userName: admin, displayName: Admin }
locations:
  - { name: Berlin, countryCode: "49", areaCode: "30", exchangeType: msn }
  - { name: Munich, countryCode: "49", areaCode: "89", exchangeType: msn }
lineGroups:
  - name: PBX
    location: Berlin
    locationMode: line
    registrarHost: 127.0.0.1
    lines:
      - { userName: "20", number: "20", location: ${location} }
`;

function stateWith(lineLocation: string | null): TenantState {
  const { parsed } = loadTenantFile(yaml('Munich'), {});
  const [group] = parsed.lineGroups;
  return {
    tenant: { id: 'ten_x', ...parsed.tenant },
    locations: parsed.locations.map((one) => ({ ...one, id: `loc_${one.name}` })),
    lineGroups: [{ ...group, id: 'lgr_x', locationId: 'loc_Berlin' }],
    lines: [{ ...group?.lines[0], id: 'lin_x', lineGroupId: 'lgr_x', locationId: lineLocation }],
    users: [],
  } as unknown as TenantState;
}

test('LIN-014 a file names the location of a line; applied again, nothing is left to do', () => {
  const file = loadTenantFile(yaml('Munich'), {});
  expect(planTenant(file, stateWith('loc_Berlin')).map(describeStep)).toEqual([
    '~ update line 20 in PBX: locationId "loc_Berlin" → "loc_Munich"',
  ]);
  expect(planTenant(file, stateWith('loc_Munich'))).toEqual([]);
});

test('a location the file does not describe is refused', () => {
  expect(() => loadTenantFile(yaml('Paris'), {})).toThrow(
    expect.objectContaining({ detail: 'line group "PBX" names the unknown location "Paris"' }),
  );
});
