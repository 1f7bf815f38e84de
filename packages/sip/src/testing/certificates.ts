import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate with its key, as PEM. */
export interface TestCertificate {
  cert: string;
  key: string;
}

export interface CertificateNames {
  commonNames?: readonly string[];
  uris?: readonly string[];
  dns?: readonly string[];
  addresses?: readonly string[];
  emails?: readonly string[];
}

/** An authority of a test. */
export interface TestAuthority {
  /** Its own certificate: what a peer trusts. */
  cert: string;
  /** A certificate good from yesterday until tomorrow, or one that ran out. */
  issue(names: CertificateNames, expired?: boolean): Promise<TestCertificate>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** Makes a certification authority of its own. */
export async function createAuthority(name = 'SIP test authority'): Promise<TestAuthority> {
  const crypto = webcrypto as unknown as typeof globalThis.crypto;
  x509.cryptoProvider.set(crypto);
  const life = (from: number) => ({
    notBefore: new Date(Date.now() + from * DAY_MS),
    notAfter: new Date(Date.now() + (from + 2) * DAY_MS),
  });
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      serialNumber: '01',
      ...life(-1),
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    },
    crypto,
  );
  let serial = 1;
  const issue: TestAuthority['issue'] = async (names, expired = false) => {
    const own = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    serial += 1;
    const { commonNames = [], uris = [], dns = [], addresses = [], emails = [] } = names;
    const altNames = [
      ...uris.map((value) => ({ type: 'url' as const, value })),
      ...dns.map((value) => ({ type: 'dns' as const, value })),
      ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ...emails.map((value) => ({ type: 'email' as const, value })),
    ];
    const certificate = await x509.X509CertificateGenerator.create(
      {
        subject: ['O=Test', ...commonNames.map((value) => `CN=${value}`)].join(', '),
        issuer: root.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        serialNumber: serial.toString(16).padStart(2, '0'),
        ...life(expired ? -3 : -1),
        extensions:
          altNames.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(altNames)],
      },
      crypto,
    );
    const pkcs8 = await crypto.subtle.exportKey('pkcs8', own.privateKey);
    return {
      cert: certificate.toString('pem'),
      key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    };
  };
  return { cert: root.toString('pem'), issue };
}
