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

test('servers DNS names for a host count as the host', async () => {
  const resolver = new PbxResolver({
    naptr: async () => ({
      records: [
        {
          order: 1,
          preference: 1,
          flags: 's',
          service: 'SIP+D2U',
          replacement: '_sip._udp.sbc.example',
        },
      ],
    }),
    srv: async () => ({
      records: [{ priority: 1, weight: 1, port: 5060, target: 'a.sbc.example.' }],
    }),
    addresses: async (name) => ({ records: name === 'a.sbc.example' ? ['192.0.2.9'] : [] }),
  });
  await resolver.naptr('pbx.example');
  await resolver.srv('_sip._udp.sbc.example');
  const { changes } = resolver;
  await resolver.addresses('a.sbc.example', 4);
  expect(resolver.addressesOf('pbx.example')).toEqual(['192.0.2.9']);
  expect(resolver.changes).toBe(changes + 1);
  await resolver.addresses('a.sbc.example', 4);
  expect(resolver.changes).toBe(changes + 1);
});
