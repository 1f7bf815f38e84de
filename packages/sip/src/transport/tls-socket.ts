import { createHash, type X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import {
  type CertificateIdentity,
  parseAltNames,
  speaksFor,
  type TlsPeer,
} from './tls-identity.ts';

/** The other end is not who it has to be. */
export class TlsIdentityError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TlsIdentityError';
  }
}

/** The names in a certificate; a subjectAltName that cannot be read gives none at all. */
export function identityOf(certificate: X509Certificate): CertificateIdentity {
  const altText = certificate.subjectAltName;
  const names = altText === undefined ? undefined : parseAltNames(altText);
  const commonNames = (certificate.subject ?? '')
    .split('\n')
    .filter((line) => line.startsWith('CN='))
    .map((line) => line.slice(3));
  return {
    uris: names?.uris ?? [],
    dns: names?.dns ?? [],
    addresses: names?.addresses ?? [],
    commonNames,
    hasAltName: altText !== undefined,
    fingerprint: certificate.fingerprint256,
  };
}

/** What a peer's certificate proves; undefined without one, or when nobody we trust signed it. */
export function verifiedIdentity(socket: TLSSocket): CertificateIdentity | undefined {
  if (!socket.authorized) return undefined;
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? undefined : identityOf(certificate);
}

/** Options of a connection to a peer; its certificate is judged afterwards, by `judge`. */
export function clientOptions(peer: TlsPeer): ConnectionOptions {
  const name = peer.domains.find((domain) => isIP(domain) === 0);
  return {
    minVersion: 'TLSv1.2',
    // Node's own check knows host names, not SIP domains: RFC 5922 forbids its wildcards.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(name === undefined ? {} : { servername: name }),
    ...(peer.trustedCa === undefined ? {} : { ca: peer.trustedCa }),
    ...peer.clientCertificate,
  };
}

/**
 * Makes sure that the peer of an established connection is who it has to be (RFC 5922 §7.3).
 *
 * @returns what its certificate proves; undefined when that was not to be looked at and proves nothing
 * @throws TlsIdentityError
 */
export function judge(socket: TLSSocket, peer: TlsPeer): CertificateIdentity | undefined {
  const identity = verifiedIdentity(socket);
  if (peer.verify === 'none') return identity;
  if (!socket.authorized) {
    throw new TlsIdentityError(`certificate refused: ${String(socket.authorizationError)}`);
  }
  if (identity === undefined || !peer.domains.some((domain) => speaksFor(identity, domain))) {
    throw new TlsIdentityError(`certificate does not speak for ${peer.domains.join(' or ')}`);
  }
  return identity;
}

/** What two connections to one peer must have in common to be shared, but for the domains. */
export function trustKey({ trustedCa = '', verify, clientCertificate }: TlsPeer): string {
  const parts = [verify, trustedCa, clientCertificate?.cert ?? ''];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
