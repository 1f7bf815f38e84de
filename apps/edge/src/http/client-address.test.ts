import { expect, test } from 'vitest';
import { clientAddressOf } from './client-address.ts';

const trusted = new Set(['10.0.0.1', '10.0.0.2']);

test.each([
  ['a direct client', '203.0.113.7', undefined, '203.0.113.7'],
  ['a direct client that lies', '203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['one proxy', '10.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['a lie before a proxy', '10.0.0.1', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
  ['two proxies', '10.0.0.1', '203.0.113.7, 10.0.0.2', '203.0.113.7'],
  ['a mapped address', '::ffff:10.0.0.1', '2001:db8::1', '2001:db8::1'],
  ['rubbish', '10.0.0.1', 'rubbish', '10.0.0.1'],
  ['no peer', undefined, undefined, 'unknown'],
])('%s', (_name, peer, header, expected) => {
  expect(clientAddressOf(peer, header, trusted)).toBe(expected);
});
