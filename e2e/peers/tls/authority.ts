import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate with its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certification authority of a test. */
export interface Authority {
  /** Its own certificate, PEM: what a peer trusts. */
  readonly cert: string;
  /** A server and client certificate with these names in its SubjectAltName. */
  issue(names: { dns?: readonly string[]; ip?: readonly string[] }): Promise<Certificate>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** Makes an authority whose certificates are good from yesterday until tomorrow. */
export async function createAuthority(): Promise<Authority> {
  const crypto = webcrypto as unknown as typeof globalThis.crypto;
  x509.cryptoProvider.set(crypto);
  const life = {
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
  };
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Trunkline test authority',
      keys,
      signingAlgorithm: ALGORITHM,
      serialNumber: '01',
      ...life,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    },
    crypto,
  );
  let serial = 1;
  return {
    cert: root.toString('pem'),
    async issue({ dns = [], ip = [] }) {
      const own = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      serial += 1;
      const certificate = await x509.X509CertificateGenerator.create(
        {
          subject: `CN=${dns[0] ?? ip[0] ?? 'nameless'}`,
          issuer: root.subject,
          publicKey: own.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: ALGORITHM,
          serialNumber: serial.toString(16).padStart(2, '0'),
          ...life,
          extensions: [
            new x509.SubjectAlternativeNameExtension([
              ...dns.map((value) => ({ type: 'dns' as const, value })),
              ...ip.map((value) => ({ type: 'ip' as const, value })),
            ]),
          ],
        },
        crypto,
      );
      const pkcs8 = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return {
        cert: certificate.toString('pem'),
        key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
      };
    },
  };
}
