import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import type { ServerTls } from '@trunkline/sip/transport/stream.ts';

/** Files of the certificate shown to PBXs; PEM. */
export interface CertificateFiles {
  key: string | undefined;
  cert: string | undefined;
  /** Authorities whose certificates PBXs may show to be told by (LIN-079). */
  clientCa: string | undefined;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;
const lifeDays = 825;

/**
 * Key and certificate of the TLS listener: those of the files, or without them a self-signed one for
 * the advertised address, made anew at each start (LIN-081). A PBX that checks certificates needs real
 * ones.
 *
 * @throws Error when only one of key and certificate is given, or a file cannot be read
 */
export async function serverTls(
  files: CertificateFiles,
  advertisedAddress: string,
): Promise<ServerTls> {
  const { key, cert, clientCa } = files;
  if ((key === undefined) !== (cert === undefined))
    throw new Error('TRUNKLINE_SIPS_KEY_FILE and TRUNKLINE_SIPS_CERT_FILE belong together');
  const own =
    key !== undefined && cert !== undefined
      ? { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
      : await selfSigned(advertisedAddress);
  return clientCa === undefined ? own : { ...own, clientCa: await readFile(clientCa, 'utf8') };
}

async function selfSigned(address: string): Promise<{ key: string; cert: string }> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const type = isIP(address) === 0 ? 'dns' : 'ip';
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${address.replace(/[^\w.:-]/g, '')}`,
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - dayMs),
      notAfter: new Date(Date.now() + lifeDays * dayMs),
      extensions: [new x509.SubjectAlternativeNameExtension([{ type, value: address }])],
    },
    crypto,
  );
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    cert: certificate.toString('pem'),
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
  };
}
