import { describe, expect, test } from 'vitest';
import { FakeDns, naptr, srv } from '../../testing/fake-dns.ts';
import { isAddress } from '../node-network.ts';
import type { Target } from '../target.ts';
import type { TransportName } from '../transport.ts';
import { locate, NoSuchHost } from './locate.ts';

const ALL: TransportName[] = ['udp', 'tcp', 'tls'];

function dns(): FakeDns {
  const fake = new FakeDns();
  fake.hosts['a.example'] = ['192.0.2.1'];
  fake.hosts['b.example'] = ['192.0.2.2', '192.0.2.3'];
  fake.hosts['six.example'] = ['2001:db8::6', '192.0.2.6'];
  fake.srvs['_sip._udp.srv.example'] = [srv('b.example', 5062, 20), srv('a.example.', 5061, 10)];
  fake.srvs['_sip._tcp.srv.example'] = [srv('a.example', 5070)];
  fake.srvs['_sips._tcp.srv.example'] = [srv('b.example', 5071)];
  fake.srvs['_sip._udp.none.example'] = [srv('.', 0)];
  fake.hosts['none.example'] = ['192.0.2.9'];
  fake.naptrs['naptr.example'] = [
    naptr('SIP+D2U', '_sip._udp.srv.example', 30),
    naptr('SIPS+D2T', '_sips._tcp.srv.example', 10),
    naptr('SIP+D2T', '_sip._tcp.srv.example', 20),
    naptr('E2U+sip', '_sip._udp.a.example', 1),
  ];
  return fake;
}

async function found(
  target: Target,
  transports: TransportName[] = ALL,
  families: (4 | 6)[] = [4],
  fake = dns(),
): Promise<string[]> {
  const hops = await locate(target, {
    transports: transports.map((name) => ({ name, families })),
    dns: fake,
    isAddress,
    random: () => 0,
  });
  return hops.map(({ transport, address, port }) => `${transport} ${address} ${port}`);
}

describe('where a request goes (RFC 3263 §4)', () => {
  test.each<[string, Target, string[]]>([
    ['address', { host: '192.0.2.5' }, ['udp 192.0.2.5 5060']],
    ['address and port', { host: '192.0.2.5', port: 5080 }, ['udp 192.0.2.5 5080']],
    ['address by TCP', { host: '192.0.2.5', transport: 'tcp' }, ['tcp 192.0.2.5 5060']],
    ['address by TLS', { host: '192.0.2.5', transport: 'tls' }, ['tls 192.0.2.5 5061']],
    ['sips: address', { host: '192.0.2.5', secure: true }, ['tls 192.0.2.5 5061']],
    ['IPv6 address', { host: '2001:db8::1' }, ['udp 2001:db8::1 5060']],
    [
      'name and port: no SRV',
      { host: 'b.example', port: 5080 },
      ['udp 192.0.2.2 5080', 'udp 192.0.2.3 5080'],
    ],
    [
      'name with SRV and port: no SRV',
      { host: 'a.example', port: 1234, transport: 'tcp' },
      ['tcp 192.0.2.1 1234'],
    ],
    [
      'sips: name and port',
      { host: 'a.example', port: 1234, secure: true },
      ['tls 192.0.2.1 1234'],
    ],
    [
      'name and transport: SRV',
      { host: 'srv.example', transport: 'udp' },
      ['udp 192.0.2.1 5061', 'udp 192.0.2.2 5062', 'udp 192.0.2.3 5062'],
    ],
    [
      'name and transport without SRV',
      { host: 'a.example', transport: 'tcp' },
      ['tcp 192.0.2.1 5060'],
    ],
    ['name and TLS without SRV', { host: 'a.example', transport: 'tls' }, ['tls 192.0.2.1 5061']],
    [
      'bare name: NAPTR',
      { host: 'naptr.example' },
      [
        'tls 192.0.2.2 5071',
        'tls 192.0.2.3 5071',
        'tcp 192.0.2.1 5070',
        'udp 192.0.2.1 5061',
        'udp 192.0.2.2 5062',
        'udp 192.0.2.3 5062',
      ],
    ],
    [
      'bare sips: name: only TLS of NAPTR',
      { host: 'naptr.example', secure: true },
      ['tls 192.0.2.2 5071', 'tls 192.0.2.3 5071'],
    ],
    [
      'bare name without NAPTR: SRV of each',
      { host: 'srv.example' },
      [
        'udp 192.0.2.1 5061',
        'udp 192.0.2.2 5062',
        'udp 192.0.2.3 5062',
        'tcp 192.0.2.1 5070',
        'tls 192.0.2.2 5071',
        'tls 192.0.2.3 5071',
      ],
    ],
    [
      'bare sips: name: SRV of TLS',
      { host: 'srv.example', secure: true },
      ['tls 192.0.2.2 5071', 'tls 192.0.2.3 5071'],
    ],
    ['bare name without any', { host: 'a.example' }, ['udp 192.0.2.1 5060']],
    ['bare sips: name without any', { host: 'a.example', secure: true }, ['tls 192.0.2.1 5061']],
    ['name with closing dot', { host: 'srv.example.', transport: 'tcp' }, ['tcp 192.0.2.1 5070']],
  ])('%s', async (_what, target, hops) => {
    expect(await found(target)).toEqual(hops);
  });

  test('only transports and families we have are used', async () => {
    expect(await found({ host: 'naptr.example' }, ['udp', 'tcp'])).toEqual([
      'tcp 192.0.2.1 5070',
      'udp 192.0.2.1 5061',
      'udp 192.0.2.2 5062',
      'udp 192.0.2.3 5062',
    ]);
    expect(await found({ host: 'six.example', port: 1 }, ['udp'], [6, 4])).toEqual([
      'udp 2001:db8::6 1',
      'udp 192.0.2.6 1',
    ]);
    await expect(found({ host: 'a.example', port: 1 }, ['udp'], [6])).rejects.toThrow(NoSuchHost);
  });

  test('a domain that offers no such service is not asked another way', async () => {
    await expect(found({ host: 'none.example', transport: 'udp' })).rejects.toThrow(NoSuchHost);
  });

  test('nobody: no server; a failing name server: its error, unless something else helps', async () => {
    await expect(found({ host: 'nowhere.example' })).rejects.toThrow(NoSuchHost);
    const fake = dns();
    fake.failing.add('naptr.example');
    fake.failing.add('_sip._udp.naptr.example');
    await expect(found({ host: 'naptr.example' }, ALL, [4], fake)).rejects.toThrow('SERVFAIL');
    fake.srvs['_sip._tcp.naptr.example'] = [srv('a.example', 1)];
    expect(await found({ host: 'naptr.example' }, ALL, [4], fake)).toEqual(['tcp 192.0.2.1 1']);
  });

  test('a domain with very many servers gives a bounded list', async () => {
    const fake = dns();
    fake.hosts['many.example'] = Array.from({ length: 100 }, (_, i) => `192.0.2.${i}`);
    expect(await found({ host: 'many.example' }, ALL, [4], fake)).toHaveLength(16);
  });
});
