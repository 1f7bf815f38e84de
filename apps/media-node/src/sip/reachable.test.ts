import { expect, test } from 'vitest';
import type { LineEntry } from '../config/tenant-model.ts';
import { reachable, unknownHosts } from './reachable.ts';

function reach(registrarHost: string): (address: string) => boolean {
  const lines = [{ group: { registrarHost, proxyHost: null } } as LineEntry];
  const resolver = { addressesOf: (host: string) => [host] };
  return reachable(() => lines, { groupsAt: () => new Set() }, resolver);
}

test.each([
  '127.0.0.1',
  '::1',
  '169.254.169.254',
  'fe80::1',
  '0.0.0.0',
  '::',
  '255.255.255.255',
  '224.0.1.75',
])('a PBX cannot lead SIP to %s', (address) => {
  expect(reach('203.0.113.5')(address)).toBe(false);
});

test('other addresses are open, and loopback for a PBX that is there', () => {
  expect(reach('203.0.113.5')('203.0.113.77')).toBe(true);
  expect(reach('127.0.0.2')('127.0.0.2')).toBe(true);
  expect(reach('127.0.0.2')('127.0.0.1')).toBe(false);
});

test('hosts are unknown until they were looked up, well or not; a fixed trunk lists its addresses', () => {
  const lines = [
    { group: { kind: 'registration', registrarHost: 'found.example', proxyHost: null } },
    { group: { kind: 'registration', registrarHost: 'wrong.example', proxyHost: null } },
    { group: { kind: 'registration', registrarHost: 'r.example', proxyHost: 'p.example' } },
    { group: { kind: 'trunk_static', registrarHost: 's.example', proxyHost: null } },
  ] as LineEntry[];
  const asked = (known: readonly string[]) =>
    unknownHosts(lines, {
      addressesOf: (host) => (known.includes(host) ? ['203.0.113.5'] : []),
      failureOf: (host) => (host === 'wrong.example' ? 'no such name' : null),
    });
  expect(asked([])).toBe(2);
  expect(asked(['found.example', 'p.example'])).toBe(0);
});
