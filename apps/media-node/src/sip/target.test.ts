import { describe, expect, test } from 'vitest';
import { targetOf } from './target.ts';

const line = {
  registrarHost: 'pbx.example',
  registrarPort: 5060,
  proxyHost: null,
  proxyPort: null,
  domain: null,
  transport: 'udp',
  tlsVerify: 'platform',
  trustedCa: null,
} as const;

describe('LIN-039 where a line sends its requests', () => {
  test('to the registrar', () => {
    expect(targetOf(line)).toEqual({ host: 'pbx.example', port: 5060, transport: 'udp' });
  });

  test('to the proxy in front of it; without a port DNS tells it', () => {
    expect(targetOf({ ...line, proxyHost: 'sbc.example', transport: 'tcp' })).toEqual({
      host: 'sbc.example',
      port: undefined,
      transport: 'tcp',
    });
    expect(targetOf({ ...line, proxyHost: '[2001:db8::1]', proxyPort: 5080 })).toMatchObject({
      host: '2001:db8::1',
      port: 5080,
    });
  });

  test('LIN-044 over TLS the PBX has to prove its domain or host', () => {
    const tls = { ...line, transport: 'tls', domain: 'company.example' } as const;
    expect(targetOf(tls).tls).toEqual({
      domains: ['company.example', 'pbx.example'],
      verify: 'full',
    });
    const own = { ...tls, tlsVerify: 'custom', trustedCa: 'PEM' } as const;
    expect(targetOf(own).tls).toMatchObject({ verify: 'full', trustedCa: 'PEM' });
    expect(targetOf({ ...own, tlsVerify: 'none' } as const).tls).toEqual({
      domains: ['company.example', 'pbx.example'],
      verify: 'none',
    });
  });
});
