import { expect, test } from 'vitest';
import { asCli, asCurl, asYaml } from './examples.ts';

test('a curl command keeps the key in the environment and quotes its body', () => {
  expect(
    asCurl(
      { method: 'POST', path: '/v1/users', body: { displayName: "Liam O'Brien" } },
      'https://uc.example',
    ),
  ).toBe(
    [
      `curl -sS -X POST 'https://uc.example/v1/users' \\`,
      `  -H "Authorization: Bearer $TRUNKLINE_API_KEY" \\`,
      `  -H "Trunkline-Tenant: $TRUNKLINE_TENANT" \\`,
      `  -H "Idempotency-Key: $(uuidgen)" \\`,
      `  -H 'Content-Type: application/json' \\`,
      `  -d '{"displayName":"Liam O'\\''Brien"}'`,
    ].join('\n'),
  );
});

test('YAML keeps digits text and lists readable', () => {
  expect(
    asYaml({ users: [{ userName: 'anna', phones: [{ slot: 'business', number: '20' }] }] }),
  ).toBe('\nusers:\n  - userName: anna\n    phones:\n      - slot: business\n        number: "20"');
  expect(asYaml({ a: 'no', b: 'a: b', c: [], d: 5060, e: true })).toBe(
    '\na: "no"\nb: "a: b"\nc: []\nd: 5060\ne: true',
  );
});

test('the CLI form is a tenant file and a dry run', () => {
  const text = asCli(
    { method: 'GET', path: '/v1/locations', file: { locations: [{ name: 'Berlin' }] } },
    { alias: 'demo', displayName: 'Demo', firstAdmin: { userName: 'anna', displayName: 'Anna' } },
    'https://uc.example',
  );
  expect(text).toContain('  alias: demo');
  expect(text).toContain('locations:\n  - name: Berlin');
  expect(text.endsWith(`trunkline apply tenant.yaml --dry-run --api 'https://uc.example'`)).toBe(
    true,
  );
});
