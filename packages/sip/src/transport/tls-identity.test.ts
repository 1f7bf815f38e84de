import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type CertificateNames,
  createAuthority,
  type TestAuthority,
} from '../testing/certificates.ts';
import { parseAltNames, sipIdentities, speaksFor } from './tls-identity.ts';
import { identityOf } from './tls-socket.ts';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await createAuthority();
});

const EXAMPLE = 'pbx.example';

/** Names in the certificate, the domain wanted, and whether the certificate speaks for it. */
const table: [string, CertificateNames, string, boolean][] = [
  // RFC 5922 §7.1: URI identities
  ['sip: URI of the domain', { uris: ['sip:pbx.example'] }, EXAMPLE, true],
  ['case does not matter', { uris: ['SIP:PBX.Example'] }, 'pbx.EXAMPLE', true],
  ['one of several URIs', { uris: ['sip:a.example', 'sip:pbx.example'] }, EXAMPLE, true],
  ['URI of another domain', { uris: ['sip:other.example'] }, EXAMPLE, false],
  ['URI of a subdomain', { uris: ['sip:sip.pbx.example'] }, EXAMPLE, false],
  ['URI of the parent domain', { uris: ['sip:example'] }, EXAMPLE, false],
  ['URI of a user is no domain', { uris: ['sip:anna@pbx.example'] }, EXAMPLE, false],
  ['sips: URI is no identity', { uris: ['sips:pbx.example'] }, EXAMPLE, false],
  ['https: URI is no identity', { uris: ['https://pbx.example'] }, EXAMPLE, false],
  ['im: URI is no identity', { uris: ['im:pbx.example'] }, EXAMPLE, false],
  ['URI with port and parameter', { uris: ['sip:pbx.example:5061;lr'] }, EXAMPLE, true],
  ['wildcard URI', { uris: ['sip:*.example'] }, EXAMPLE, false],
  // dNSName only without a sip: URI
  ['dNSName of the domain', { dns: [EXAMPLE] }, EXAMPLE, true],
  ['dNSName in capitals', { dns: ['PBX.EXAMPLE'] }, EXAMPLE, true],
  ['domain wanted with closing dot', { dns: [EXAMPLE] }, 'pbx.example.', true],
  ['one of several dNSNames', { dns: ['a.example', EXAMPLE] }, EXAMPLE, true],
  ['dNSName of another domain', { dns: ['pbx.example.org'] }, EXAMPLE, false],
  ['dNSName of a longer name', { dns: ['xpbx.example'] }, EXAMPLE, false],
  ['wildcard dNSName', { dns: ['*.example'] }, EXAMPLE, false],
  ['wildcard inside a label', { dns: ['p*.example'] }, EXAMPLE, false],
  ['wildcard wanted', { dns: ['*.example'] }, '*.example', false],
  [
    'dNSName beside a sip: URI of another',
    { uris: ['sip:other.example'], dns: [EXAMPLE] },
    EXAMPLE,
    false,
  ],
  ['dNSName beside a URI of a user', { uris: ['sip:a@x.example'], dns: [EXAMPLE] }, EXAMPLE, true],
  ['dNSName beside a sips: URI', { uris: ['sips:x.example'], dns: [EXAMPLE] }, EXAMPLE, true],
  // common name only without any subjectAltName
  ['common name alone', { commonNames: [EXAMPLE] }, EXAMPLE, true],
  ['common name of another', { commonNames: ['other.example'] }, EXAMPLE, false],
  ['wildcard common name', { commonNames: ['*.example'] }, EXAMPLE, false],
  ['common name beside a dNSName', { commonNames: [EXAMPLE], dns: ['a.example'] }, EXAMPLE, false],
  ['common name beside an e-mail', { commonNames: [EXAMPLE], emails: ['a@b.c'] }, EXAMPLE, false],
  ['the last of two common names', { commonNames: ['first', EXAMPLE] }, EXAMPLE, true],
  ['the first of two common names', { commonNames: [EXAMPLE, 'last'] }, EXAMPLE, false],
  ['no name at all', {}, EXAMPLE, false],
  ['nothing wanted', { dns: [EXAMPLE] }, '', false],
  // peers configured by address
  ['iPAddress', { addresses: ['192.0.2.7'] }, '192.0.2.7', true],
  ['iPAddress of IPv6', { addresses: ['2001:db8::7'] }, '[2001:DB8:0::7]', true],
  ['another iPAddress', { addresses: ['192.0.2.8'] }, '192.0.2.7', false],
  ['address as dNSName beside others', { dns: ['192.0.2.7.example'] }, '192.0.2.7', false],
];

describe('who a certificate speaks for (RFC 5922 §7.1, §7.2)', () => {
  test.each(table)('%s', async (_what, names, domain, expected) => {
    const { cert } = await authority.issue(names);
    expect(speaksFor(identityOf(new X509Certificate(cert)), domain)).toBe(expected);
  });

  test('names with separators in them cannot smuggle another name in', async () => {
    const { cert } = await authority.issue({ uris: ['sip:evil.example, DNS:pbx.example'] });
    const identity = identityOf(new X509Certificate(cert));
    expect(identity.dns).toEqual([]);
    expect(speaksFor(identity, EXAMPLE)).toBe(false);
  });

  test('a subjectAltName text of unknown form is not believed', () => {
    expect(parseAltNames('DNS:a.example, what is this')).toBeUndefined();
    expect(parseAltNames('DNS:"a.example')).toBeUndefined();
    expect(parseAltNames('DNS:a.example, URI:sip:b.example')).toEqual({
      uris: ['sip:b.example'],
      dns: ['a.example'],
      addresses: [],
    });
  });

  test('identities are told in full', async () => {
    const { cert } = await authority.issue({ uris: ['sip:a.example', 'sip:B.example:5061'] });
    expect(sipIdentities(identityOf(new X509Certificate(cert)))).toEqual([
      'a.example',
      'b.example',
    ]);
  });
});
