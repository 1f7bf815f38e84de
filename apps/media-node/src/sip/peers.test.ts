import type { CertificateIdentity } from '@trunkline/sip/transport/tls-identity.ts';
import { describe, expect, test } from 'vitest';
import { type LineEntry, type LineGroupConfig, tenantModel } from '../config/tenant-model.ts';
import { testTenant } from '../testing/tenant.ts';
import { PbxPeers, type RequestSource } from './peers.ts';

/** Whether a request is believed to come from the PBX of a group. */
function believes(
  group: Partial<LineGroupConfig>,
  source: Partial<RequestSource>,
  known: Record<string, string[]> = {},
): boolean {
  const lines = [...tenantModel(testTenant(group).config).lines.values()];
  const addressesOf = (host: string) => (/^[\d.]+$/.test(host) ? [host] : (known[host] ?? []));
  const peers = new PbxPeers(() => lines, { addressesOf, changes: 0 });
  return peers.groupsAt({ address: '192.0.2.1', transport: 'udp', ...source }).size === 1;
}

const certificate = (dns: string): CertificateIdentity => ({
  uris: [],
  dns: [dns],
  addresses: [],
  commonNames: [],
  hasAltName: true,
  fingerprint: '',
});

describe('who is a PBX', () => {
  test('the registrar and the proxy, by address or by what their names resolve to', () => {
    expect(believes({ registrarHost: '192.0.2.1' }, {})).toBe(true);
    expect(believes({ registrarHost: '192.0.2.2' }, {})).toBe(false);
    expect(believes({ registrarHost: '192.0.2.2', proxyHost: '192.0.2.1' }, {})).toBe(true);
    const known = { 'pbx.example': ['192.0.2.9', '192.0.2.1'] };
    expect(believes({ registrarHost: 'pbx.example' }, {}, known)).toBe(true);
    expect(believes({ registrarHost: 'other.example' }, {}, known)).toBe(false);
  });

  test('LIN-079 a fixed-IP trunk: the addresses and ranges it lists, and nobody else', () => {
    const fixed = { kind: 'trunk_static', registrarHost: '192.0.2.1' } as const;
    expect(believes(fixed, {})).toBe(false);
    expect(believes({ ...fixed, peerAddresses: ['192.0.2.1'] }, {})).toBe(true);
    expect(believes({ ...fixed, peerAddresses: ['192.0.2.0/29'] }, {})).toBe(true);
    expect(believes({ ...fixed, peerAddresses: ['192.0.2.0/29'] }, { address: '192.0.2.8' })).toBe(
      false,
    );
    const six = { ...fixed, peerAddresses: ['2001:db8:1::/48'] };
    expect(believes(six, { address: '2001:db8:1:2::3' })).toBe(true);
    expect(believes(six, { address: '2001:db8:2::3' })).toBe(false);
  });

  test('LIN-079 or the certificate it shows, from any address', () => {
    const group = { transport: 'tls', registrarHost: 'pbx.example', domain: null } as const;
    const from = { address: '203.0.113.5', transport: 'tls' } as const;
    expect(believes(group, { ...from, certificate: certificate('pbx.example') })).toBe(true);
    expect(believes(group, { ...from, certificate: certificate('evil.example') })).toBe(false);
    expect(believes(group, from)).toBe(false);
    const unchecked = { ...group, tlsVerify: 'none' } as const;
    expect(believes(unchecked, { ...from, certificate: certificate('pbx.example') })).toBe(false);
  });

  test('of a group with TLS nothing is believed that came unencrypted', () => {
    const group = { transport: 'tls', registrarHost: '192.0.2.1' } as const;
    expect(believes(group, { transport: 'udp' })).toBe(false);
    expect(believes(group, { transport: 'tcp' })).toBe(false);
    expect(believes(group, { transport: 'tls' })).toBe(true);
    expect(believes({ ...group, transport: 'tcp' }, { transport: 'udp' })).toBe(true);
  });

  test('LIN-080 tenants that share the listener are told apart by address', () => {
    const tenants = ['192.0.2.1', '192.0.2.2', '192.0.2.2'].map((registrarHost) =>
      tenantModel(testTenant({ registrarHost }).config),
    );
    const lines = tenants.flatMap(({ lines: own }) => [...own.values()]);
    const peers = new PbxPeers(() => lines, { addressesOf: (host) => [host], changes: 0 });
    const at = (address: string) => [...peers.groupsAt({ address, transport: 'udp' })];
    expect(at('192.0.2.1')).toEqual([lines[0]?.group.id]);
    expect(at('192.0.2.2')).toEqual([lines[2]?.group.id, lines[4]?.group.id]);
    expect(at('192.0.2.3')).toEqual([]);
  });

  test('new configuration and new addresses count at once', () => {
    let lines: LineEntry[] = [];
    let addresses: string[] = [];
    const resolver = { addressesOf: () => addresses, changes: 0 };
    const peers = new PbxPeers(() => lines, resolver);
    const known = () => peers.groupsAt({ address: '192.0.2.1', transport: 'udp' }).size;
    expect(known()).toBe(0);
    lines = [...tenantModel(testTenant({ registrarHost: 'pbx.example' }).config).lines.values()];
    expect(known()).toBe(0);
    addresses = ['192.0.2.1'];
    resolver.changes += 1;
    expect(known()).toBe(1);
  });
});
