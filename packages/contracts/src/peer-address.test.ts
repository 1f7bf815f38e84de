import { expect, test } from 'vitest';
import { isPeerRange } from './peer-address.ts';

test.each([
  '203.0.113.5',
  '203.0.113.0/24',
  '10.0.0.0/16',
  '::1',
  '0:0:0:0:0:0:0:1',
  '2001:db8::/48',
  '2001:db8::1',
  '2001:db8:0:0:0:0:0:1',
  '64:ff9b::192.0.2.1',
])('a telephone system may be at %s', (range) => {
  expect(isPeerRange(range)).toBe(true);
});

test.each([
  ['10.0.0.0/15', 'too wide'],
  ['0.0.0.0/16', 'unspecified'],
  ['169.254.169.254', 'link-local'],
  ['010.0.0.1', 'octal'],
  ['192.0.2.1/24/24', 'two lengths'],
  ['2001:db8::/47', 'too wide'],
  ['fe80::1', 'link-local'],
  ['ff02::1', 'multicast'],
  ['::', 'unspecified'],
  ['0:0:0:0:0:0:0:0', 'unspecified'],
  ['::ffff:192.0.2.1', 'IPv4 under another name'],
  ['::ffff:c000:201', 'IPv4 under another name'],
  ['0:0:0:0:0:ffff:c000:201', 'IPv4 under another name'],
  ['::192.0.2.1', 'IPv4 under another name'],
  ['::ffff:0:0/96', 'all of IPv4'],
  ['::/48', 'all of IPv4'],
  ['0::/64', 'all of IPv4'],
  ['0:0::/48', 'all of IPv4'],
  ['::1/64', 'all of IPv4'],
])('no telephone system is at %s: %s', (range) => {
  expect(isPeerRange(range)).toBe(false);
});
