import { expect, test } from 'vitest';
import { PbxResolver } from './resolver.ts';

test('an address is its own; names are remembered with what came out', async () => {
  const resolver = new PbxResolver();
  expect(resolver.addressesOf('192.0.2.1')).toEqual(['192.0.2.1']);
  expect(resolver.addressesOf('[2001:db8::1]')).toEqual(['2001:db8::1']);
  expect(resolver.addressesOf('localhost')).toEqual([]);
  expect((await resolver.addresses('localhost', 4)).records).toContain('127.0.0.1');
  expect(resolver.addressesOf('localhost')).toContain('127.0.0.1');
  await expect(resolver.addresses('nowhere.invalid', 4)).rejects.toThrow();
  expect(resolver.failureOf('nowhere.invalid')).toContain('nowhere.invalid');
  expect(resolver.failureOf('localhost')).toBeNull();
});
