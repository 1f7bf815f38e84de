import { expect, test } from 'vitest';
import { createLineGroup } from './lines.ts';

const group = (registrarHost: string) =>
  createLineGroup.safeParse({
    name: 'PBX',
    registrarHost,
    locationId: 'loc_01jd3zq7w4e6v8t0n5m2k9h3xa',
  }).success;

test.each(['pbx.example.net', 'pbx', '192.168.1.10', '127.0.0.1', '[2001:db8::1]'])(
  'LIN-039 %s is a registrar',
  (host) => {
    expect(group(host)).toBe(true);
  },
);

test.each([
  '',
  'a..b',
  '[fe80::1]',
  '[::]',
  '[::ffff:169.254.169.254]',
  '-pbx',
  'pbx.',
  '0.0.0.0',
  '169.254.169.254',
  '255.255.255.255',
  '224.0.0.1',
  'pbx example',
  'pbx\r\nx',
])('LIN-039 %j is none', (host) => {
  expect(group(host)).toBe(false);
});
