import { expect, test } from 'vitest';
import { clientAddressOf } from './client-address.ts';

const edges = new Set(['127.0.0.1', '::1']);

test.each([
  ['the client an edge names', '127.0.0.1', '203.0.113.7', '203.0.113.7'],
  [
    'the last hop, which the edge wrote',
    '::ffff:127.0.0.1',
    '198.51.100.1, 203.0.113.7',
    '203.0.113.7',
  ],
  ['an edge that asks for itself', '::1', undefined, '::1'],
  ['what somebody else claims counts for nothing', '198.51.100.9', '203.0.113.7', '198.51.100.9'],
  ['rubbish', '127.0.0.1', 'rubbish', '127.0.0.1'],
  ['no peer', undefined, undefined, 'unknown'],
])('%s', (_name, peer, header, expected) => {
  expect(clientAddressOf(peer, header, edges)).toBe(expected);
});
