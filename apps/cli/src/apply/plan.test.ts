import { readdir, readFile } from 'node:fs/promises';
import { defaultCallLimits } from '@trunkline/contracts/call-limits.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { describe, expect, test } from 'vitest';
import { describeStep, planTenant } from './plan.ts';
import type { TenantState } from './state.ts';
import { loadTenantFile } from './tenant-file.ts';

const yaml = `
tenant:
  alias: Demo
  displayName: Demo GmbH
  firstAdmin: { userName: admin, displayName: Admin }
locations:
  - { name: Berlin, countryCode: "49", areaCode: "030", baseNumber: "12345", ddiFrom: "10", ddiTo: "99" }
lineGroups:
  - name: PBX
    location: Berlin
    registrarHost: 127.0.0.1
    registrarPort: \${PBX_PORT:-5060}
    lines:
      - { userName: "20", number: "20", password: pw }
users:
  - { userName: anna, displayName: Anna, phones: [{ slot: business, number: "20" }] }
`;

const load = (env: Record<string, string> = {}) => loadTenantFile(yaml, env);

/** The state the API would tell once the file was applied with these variables. */
function applied(env: Record<string, string> = {}): TenantState {
  const { parsed } = load(env);
  const common = { createdAt: '', updatedAt: '', version: 1 };
  return {
    tenant: { id: 'ten_x', ...parsed.tenant, ...common },
    locations: parsed.locations.map((location) => ({ id: 'loc_x', ...location, ...common })),
    lineGroups: parsed.lineGroups.map((group) => ({
      id: 'lgr_x',
      locationId: 'loc_x',
      ...group,
      ...common,
    })),
    lines: parsed.lineGroups.flatMap((group) =>
      group.lines.map((line) => ({ id: 'lin_x', lineGroupId: 'lgr_x', ...line, ...common })),
    ),
    callLimits: defaultCallLimits,
    users: parsed.users.map((user) => ({
      id: 'usr_x',
      ...user,
      ...common,
      phones: user.phones.map((phone) => ({ ...phone, lineId: 'lin_x' })),
    })),
  } as unknown as TenantState;
}

describe('planTenant', () => {
  test('an empty platform: everything is created, in an order that works', () => {
    expect(planTenant(load(), undefined).map(describeStep)).toEqual([
      '+ create tenant demo',
      '+ create location Berlin',
      '+ create line group PBX',
      '+ create line 20 in PBX',
      '+ create user anna',
    ]);
  });

  test('the second time there is nothing to do', () => {
    expect(planTenant(load(), applied())).toEqual([]);
  });

  test('one changed field is one update that names it', () => {
    const steps = planTenant(load({ PBX_PORT: '5070' }), applied());
    expect(steps.map(describeStep)).toEqual(['~ update line group PBX: registrarPort 5060 → 5070']);
  });

  test('a field the file does not name is left alone', () => {
    const state = applied();
    const [group] = state.lineGroups;
    if (!group) throw new Error('the file has a group');
    group.expiresSeconds = 77;
    expect(planTenant(load(), state)).toEqual([]);
  });
});

describe('line groups of all kinds', () => {
  const trunk = (more: string) =>
    loadTenantFile(yaml.replace('    location: Berlin\n', `    location: Berlin\n${more}`), {});
  const stored = (more: string, group: object) => {
    const state = applied();
    Object.assign(state.lineGroups[0] ?? {}, group);
    return planTenant(trunk(more), state).map(describeStep);
  };

  test('LIN-076 a client list the API completes by opus is no difference', () => {
    const codecs = '    pbxCodecs: [G722, PCMA]\n    clientCodecs: [PCMA]\n';
    const group = { pbxCodecs: ['G722', 'PCMA'], clientCodecs: ['opus', 'PCMA'] };
    expect(stored(codecs, group)).toEqual([]);
    expect(stored('    clientCodecs: [PCMA]\n', group)).toEqual([]);
  });

  test('the order of codecs says something, that of peer addresses does not', () => {
    expect(stored('    pbxCodecs: [PCMU, PCMA]\n', { pbxCodecs: ['PCMA', 'PCMU'] })).toEqual([
      '~ update line group PBX: pbxCodecs ["PCMA","PCMU"] → ["PCMU","PCMA"]',
    ]);
    const peers = '    peerAddresses: [192.0.2.1, 192.0.2.2]\n';
    expect(stored(peers, { peerAddresses: ['192.0.2.2', '192.0.2.1'] })).toEqual([]);
  });

  test('LIN-003 a template is compared with its version only where the file names one', () => {
    const made = { template: 'asterisk-pjsip@1' };
    expect(stored('    template: asterisk-pjsip\n', made)).toEqual([]);
    expect(stored('    template: asterisk-pjsip@2\n', made)).toHaveLength(1);
  });
});

describe('call limits', () => {
  const limited = (limits: object) =>
    loadTenantFile(
      `${yaml}callLimits: ${JSON.stringify({ ...defaultCallLimits, ...limits })}\n`,
      {},
    );

  test('VOX-133 are changed where they differ, in whatever order countries are named', () => {
    const countries = defaultCallLimits.countries.toReversed();
    expect(planTenant(limited({ countries }), applied())).toEqual([]);
    expect(planTenant(limited({ concurrentCalls: 7 }), applied()).map(describeStep)).toEqual([
      '~ update call limits demo: concurrentCalls 200 → 7',
    ]);
  });

  test('of a new tenant are set right after it', () => {
    const steps = planTenant(limited({}), undefined).map(({ kind }) => kind);
    expect(steps.slice(0, 2)).toEqual(['tenant', 'callLimits']);
  });
});

const tenants = new URL('../../../../tenants/', import.meta.url);
test.each(await readdir(tenants))('the example %s is a tenant file', async (name) => {
  const text = await readFile(new URL(name, tenants), 'utf8');
  const { parsed } = loadTenantFile(text, { TRUNKLINE_DEMO_PBX_PORT: '5060' });
  expect(parsed.lineGroups.length).toBeGreaterThan(0);
});

describe('loadTenantFile', () => {
  test('NUM-004 the area code loses its leading zero', () => {
    expect(load().parsed.locations[0]?.areaCode).toBe('30');
  });

  test.each([
    ['a wrong field', yaml.replace('displayName: Demo GmbH', 'displayNam: x'), /displayNam/],
    ['an unknown location', yaml.replace('location: Berlin', 'location: Bonn'), /Bonn/],
    ['an unset variable', yaml.replace(':-5060', ''), /PBX_PORT/],
    ['no YAML', 'tenant: [', /YAML/],
  ])('%s is refused by name', (_what, text, message) => {
    const attempt = () => loadTenantFile(text, {});
    expect(attempt).toThrow(TrunklineError);
    try {
      attempt();
    } catch (error) {
      expect(JSON.stringify([String(error), (error as TrunklineError).errors])).toMatch(message);
    }
  });
});
