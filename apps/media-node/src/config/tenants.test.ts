import { newId } from '@trunkline/contracts/ids.ts';
import type { ConfigDocument } from '@trunkline/contracts/node-config.ts';
import { describe, expect, test } from 'vitest';
import { testTenant } from '../testing/tenant.ts';
import { checkTenantSection, Tenants } from './tenants.ts';

const { config, anna, ben } = testTenant();
const documentOf = (payload: unknown, id = config.tenant.id): ConfigDocument => ({
  audience: 'mno',
  section: `tenant/${id}`,
  epoch: 1,
  version: 1,
  issuedAt: '2026-11-23T09:00:00.000Z',
  payload,
});

describe('tenant sections', () => {
  test('a good one is in force: lines with their supercanonical numbers, users, people', () => {
    const tenants = new Tenants();
    const document = documentOf(structuredClone(config));
    expect(checkTenantSection(document)).toBeNull();
    tenants.apply(document);
    const model = tenants.get(config.tenant.id);
    expect(tenants.lines().map((entry) => entry.number)).toEqual(['+49301234520', '+49301234521']);
    expect(model?.users).toEqual([anna, ben]);
    expect(model?.personOf('+49301234521')?.displayName).toBe('Ben Muster');
    expect(model?.linesOfUser(ben)[0]?.line.userName).toBe('21');
    expect(model?.linesOfUser(newId('user'))).toEqual([]);
  });

  test('LIN-013 the suffix of a line stays at the end of its number', () => {
    const suffixed = structuredClone(config);
    const [line] = suffixed.lineGroups[0]?.lines ?? [];
    if (line) line.suffix = 'b';
    const tenants = new Tenants();
    tenants.apply(documentOf(suffixed));
    expect(tenants.lines()[0]?.number).toBe('+49301234520b');
  });

  test('LIN-014 LIN-025 a line is at its own location where it has one, and numbered by it', () => {
    const [berlin] = config.locations;
    if (!berlin) throw new Error('no location');
    const munich = { ...berlin, id: newId('location'), areaCode: '89', baseNumber: '555' };
    const copy = structuredClone({ ...config, locations: [berlin, munich] });
    const second = copy.lineGroups[0]?.lines[1];
    if (second) second.locationId = munich.id;
    const tenants = new Tenants();
    tenants.apply(documentOf(copy));
    expect(tenants.lines().map((entry) => [entry.location.id, entry.number])).toEqual([
      [berlin.id, '+49301234520'],
      [munich.id, '+498955521'],
    ]);
    copy.locations = [berlin];
    expect(checkTenantSection(documentOf(copy))).toContain('unknown location');
  });

  test('PLT-015 a cancelled tenant has no lines to register, a suspended one keeps them', () => {
    const tenants = new Tenants();
    for (const [state, lines] of [
      ['suspended', 2],
      ['cancelled', 0],
      ['active', 2],
    ] as const) {
      tenants.apply(documentOf({ ...config, tenant: { ...config.tenant, state } }));
      expect(tenants.lines(), state).toHaveLength(lines);
    }
  });

  test('withdrawn, nothing of the tenant is left', () => {
    const tenants = new Tenants();
    tenants.apply(documentOf(structuredClone(config)));
    tenants.apply(documentOf(null));
    expect(tenants.all()).toEqual([]);
    expect(tenants.lines()).toEqual([]);
  });

  test.each([
    ['another tenant’s', documentOf(config, newId('tenant')), 'do not match'],
    ['a nameless field', documentOf({ ...config, locations: 3 }), 'locations'],
    ['an unknown location', documentOf({ ...config, locations: [] }), 'unknown location'],
    ['an unknown section', { ...documentOf(config), section: 'other' }, 'unknown section'],
  ])('%s is refused', (_name, document, reason) => {
    expect(checkTenantSection(document)).toContain(reason);
  });
});
