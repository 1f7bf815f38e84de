import { describe, expect, test } from 'vitest';
import { certificateDetails, ourListeners } from './our-listeners.ts';
import { serverTls } from './own-certificate.ts';

const none = { key: undefined, cert: undefined, clientCa: undefined };
const bound = [
  { transport: 'udp', address: '192.0.2.7', port: 5060 },
  { transport: 'tls', address: '192.0.2.7', port: 5061 },
];

describe('what the node tells of its listeners', () => {
  test('LIN-081 the details of the certificate PBXs are shown', async () => {
    const { cert } = await serverTls(none, 'sip.example.net');
    const details = certificateDetails(cert);
    expect(details).toMatchObject({
      subject: 'CN=sip.example.net',
      issuer: 'CN=sip.example.net',
      names: ['DNS:sip.example.net'],
      selfSigned: true,
      pem: cert,
    });
    expect(details.fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(Date.parse(details.notAfter)).toBeGreaterThan(Date.parse(details.notBefore));
  });

  test('LIN-046 every listener, with the range RTP uses', async () => {
    const { cert } = await serverTls(none, '192.0.2.7');
    const told = ourListeners(bound, { address: '192.0.2.7', portMin: 0, portMax: 0 }, cert);
    expect(told.listeners).toEqual(bound);
    expect(told.media).toEqual({ address: '192.0.2.7', portMin: 1024, portMax: 65535 });
    expect(told.certificate?.names).toEqual(['IP Address:192.0.2.7']);
    const narrow = { address: '192.0.2.7', portMin: 40000, portMax: 40199 };
    expect(ourListeners(bound.slice(0, 1), narrow, cert)).toEqual({
      listeners: bound.slice(0, 1),
      media: narrow,
      certificate: null,
    });
  });
});
