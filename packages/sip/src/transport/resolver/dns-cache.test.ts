import { expect, test } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { FakeDns } from '../../testing/fake-dns.ts';
import { DnsCache } from './dns-cache.ts';

function cached(settings = {}) {
  const clock = new FakeClock(1_000_000);
  const dns = new FakeDns();
  dns.hosts['a.example'] = ['192.0.2.1'];
  return { clock, dns, cache: new DnsCache(dns, clock, settings) };
}

test('an answer lasts as long as it says, within bounds', async () => {
  const { clock, dns, cache } = cached();
  dns.ttlSeconds = 20;
  await cache.addresses('a.example', 4);
  clock.advance(19_999);
  await cache.addresses('a.example', 4);
  expect(dns.asked).toHaveLength(1);
  clock.advance(1);
  dns.ttlSeconds = 0;
  await cache.addresses('a.example', 4);
  clock.advance(4_999);
  await cache.addresses('a.example', 4);
  expect(dns.asked).toHaveLength(2);
});

test('a name without records is remembered for a while', async () => {
  const { clock, dns, cache } = cached();
  expect((await cache.srv('_sip._udp.a.example')).records).toEqual([]);
  clock.advance(29_999);
  await cache.srv('_sip._udp.a.example');
  expect(dns.asked).toHaveLength(1);
  clock.advance(1);
  await cache.srv('_sip._udp.a.example');
  expect(dns.asked).toHaveLength(2);
});

test('several who ask at a time cause one look-up', async () => {
  const { dns, cache } = cached();
  await Promise.all([1, 2, 3].map(() => cache.naptr('a.example')));
  expect(dns.asked).toHaveLength(1);
});

test('while name servers fail the last answer serves, for a day', async () => {
  const { clock, dns, cache } = cached();
  await cache.addresses('a.example', 4);
  dns.failing.add('a.example');
  clock.advance(3_600_000);
  expect((await cache.addresses('a.example', 4)).records).toEqual(['192.0.2.1']);
  clock.advance(24 * 3_600_000);
  await expect(cache.addresses('a.example', 4)).rejects.toThrow('SERVFAIL');
});

test('failures are not remembered', async () => {
  const { dns, cache } = cached();
  dns.failing.add('a.example');
  await expect(cache.addresses('a.example', 4)).rejects.toThrow('SERVFAIL');
  dns.failing.clear();
  expect((await cache.addresses('a.example', 4)).records).toEqual(['192.0.2.1']);
});

test('the cache is bounded: what was used longest ago goes', async () => {
  const { dns, cache } = cached({ entries: 2 });
  await cache.naptr('1.example');
  await cache.naptr('2.example');
  await cache.naptr('1.example');
  await cache.naptr('3.example');
  expect(cache.size).toBe(2);
  await cache.naptr('1.example');
  expect(dns.asked.filter((name) => name === 'naptr 1.example')).toHaveLength(1);
});
