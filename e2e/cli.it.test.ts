import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  startTestPlane,
  type TestPlane,
  type TestTenant,
} from '../apps/control-plane/src/node/testing/test-plane.ts';

const main = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url));
let plane: TestPlane;
let home: TestTenant;
let folder: string;

beforeAll(async () => {
  plane = await startTestPlane();
  home = await plane.tenant();
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
});
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Runs the CLI as a process of its own; by exit code and what it printed. */
const cli = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const env = {
      PATH: process.env.PATH,
      TRUNKLINE_API_KEY: plane.partnerKey,
      TRUNKLINE_API_URL: plane.url,
      DISPLAY_NAME: home.tenant.displayName,
    };
    execFile(process.execPath, [main, ...args], { env, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });

test('LIN-058 LIN-060 lines are imported from a file and exported into one', async () => {
  await home.furnish();
  const of = ['--tenant', home.tenant.alias, '--group', 'PBX'];
  const file = join(folder, 'lines.csv');
  await writeFile(file, Buffer.from('20,,x,\n30,,gr\u00fcn,\n,,,\n', 'latin1'));
  const imported = await cli('lines', 'import', file, ...of);
  const said = imported.out.split('\n');
  expect(said[0]).toBe('row 1 20: skipped, this user name is there already');
  expect(said[1]).toMatch(/^row 3 : failed, userName/);
  expect(said[2]).toBe('PBX: 1 added, 1 skipped, 1 failed');
  expect(imported.code).toBe(1);
  const target = join(folder, 'out.csv');
  expect((await cli('lines', 'export', target, ...of)).code).toBe(0);
  expect(await readFile(target, 'utf8')).toBe('20,,,\r\n30,,,\r\n');
  expect((await cli('lines', 'export', ...of, '--only-active')).out).toContain('30,,,');
});

test('what makes no sense is said, with a code a script can see', async () => {
  expect((await cli('lines', 'import')).code).toBe(2);
  expect((await cli('lines', 'delete', 'x', '--tenant', 'a', '--group', 'b')).code).toBe(2);
  const none = await cli('lines', 'export', '--tenant', home.tenant.alias, '--group', 'Nothing');
  expect(none.code).toBe(1);
  expect(none.err).toContain('has no line group Nothing');
});

test('a file with trunks, codecs and templates is applied, and again changes nothing', async () => {
  const file = join(folder, 'tenant.yaml');
  const { alias, displayName } = home.tenant;
  await writeFile(
    file,
    `tenant: { alias: ${alias}, displayName: "${displayName}", firstAdmin: { userName: admin, displayName: Admin } }
locations:
  - { name: Bonn, countryCode: "49", areaCode: "228", baseNumber: "555", ddiFrom: "10", ddiTo: "99" }
lineGroups:
  - name: SBC
    location: Bonn
    template: audiocodes-mediant
    registrarHost: sbc.example
    peerAddresses: [192.0.2.7, 192.0.2.8]
    pbxCodecs: [G722, PCMA]
    functions: { move: "off" }
    featureCodes: [{ name: Night service, code: "*81" }]
    lines:
      - { userName: "30", number: "30", forwardList: [{ number: "31", seconds: 10 }] }
      - { userName: "31", number: "31", isTrunkLine: true }
`,
  );
  const first = await cli('apply', file);
  expect([first.code, first.err]).toEqual([0, '']);
  const groups = (await home.api.ok('GET', '/v1/line-groups')).items;
  expect(groups.find((one: { name: string }) => one.name === 'SBC')).toMatchObject({
    template: 'audiocodes-mediant@1',
    kind: 'trunk_static',
    transport: 'tls',
    registrarPort: 5061,
    pbxCodecs: ['G722', 'PCMA'],
    clientCodecs: ['opus', 'PCMA', 'PCMU'],
    registerLineId: expect.stringMatching(/^lin_/),
  });
  const second = await cli('apply', file);
  expect([second.code, second.out]).toEqual([0, `= tenant ${alias}: nothing to change\n`]);
});

test('VOX-133 the example of three trunks is applied as it stands, and again changes nothing', async () => {
  const example = fileURLToPath(new URL('../tenants/trunks.yaml', import.meta.url));
  const first = await cli('apply', example);
  expect([first.code, first.err]).toEqual([0, '']);
  const second = await cli('apply', example);
  expect(second.out).toBe('= tenant trunk-example: nothing to change\n');
  const { items } = await plane.partner.ok('GET', '/v1/tenants');
  const { id } = items.find((one: { alias: string }) => one.alias === 'trunk-example');
  const api = plane.partner.with({ 'trunkline-tenant': id });
  expect(await api.ok('GET', '/v1/call-limits')).toMatchObject({ concurrentCalls: 30 });
  const groups = (await api.ok('GET', '/v1/line-groups')).items;
  expect(groups.map((one: { kind: string }) => one.kind)).toEqual([
    'registration',
    'trunk_registered',
    'trunk_static',
  ]);
  expect(
    groups.map((one: { registerLineId: string | null }) => one.registerLineId !== null),
  ).toEqual([false, true, true]);
});
