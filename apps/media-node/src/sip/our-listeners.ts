import { X509Certificate } from 'node:crypto';
import type { CertificateDetails, NodeListeners } from '@trunkline/contracts/listeners.ts';

/** Ports RTP may use where the operator set no range (LIN-077). */
const anyMediaPort = { portMin: 1_024, portMax: 65_535 };

/** What the node tells of its listeners; ports 0 stand for any free ones. */
export function ourListeners(
  listeners: readonly { transport: string; address: string; port: number }[],
  rtp: { address: string; portMin: number; portMax: number },
  certificate: string,
): NodeListeners {
  const known = listeners.flatMap(({ transport, address, port }) =>
    transport === 'udp' || transport === 'tcp' || transport === 'tls'
      ? [{ transport, address, port } as const]
      : [],
  );
  const { address, portMin, portMax } = rtp;
  const range = portMin > 0 && portMax > 0 ? { portMin, portMax } : anyMediaPort;
  return {
    listeners: known,
    media: { address, ...range },
    certificate: known.some(({ transport }) => transport === 'tls')
      ? certificateDetails(certificate)
      : null,
  };
}

/** Reads a PEM chain whose first certificate is ours (LIN-081). @throws Error for no certificate */
export function certificateDetails(pem: string): CertificateDetails {
  const own = new X509Certificate(pem);
  return {
    subject: own.subject,
    issuer: own.issuer,
    names: own.subjectAltName?.split(', ') ?? [],
    notBefore: new Date(own.validFrom).toISOString(),
    notAfter: new Date(own.validTo).toISOString(),
    fingerprint: own.fingerprint256,
    selfSigned: own.checkIssued(own) && own.verify(own.publicKey),
    pem,
  };
}
