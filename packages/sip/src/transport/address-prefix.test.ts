import { expect, test } from 'vitest';
import { networkPrefix, sourcePrefix } from './address-prefix.ts';

test.each([
  ['192.0.2.7', '192.0.2.7', '192.0.2'],
  ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2', '2001:db8:1:2'],
  ['2001:DB8:1:2::9', '2001:db8:1:2', '2001:db8:1:2'],
  ['2001:0db8::1', '2001:db8:0:0', '2001:db8:0:0'],
  ['::1', '0:0:0:0', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0', 'fe80:0:0:0'],
])('%s is source %s of network %s', (address, source, network) => {
  expect(sourcePrefix(address)).toBe(source);
  expect(networkPrefix(address)).toBe(network);
});
