import { z } from 'zod';
import { lineGroupKind, sipTransport } from './pbx-templates.ts';
import { instant } from './time.ts';

const port = z.number().int().min(1).max(65_535);

/** A certificate as people compare it (LIN-081). */
export const certificateDetails = z.object({
  /** RFC 4514 or OpenSSL text, one attribute a line. */
  subject: z.string().max(2_000),
  issuer: z.string().max(2_000),
  /** Names and addresses it is for, such as `DNS:sip.example.net`. */
  names: z.array(z.string().max(300)).max(100),
  notBefore: instant,
  notAfter: instant,
  /** SHA-256 over the certificate, upper-case hexadecimal with colons. */
  fingerprint: z.string().max(100),
  selfSigned: z.boolean(),
  /** The chain, PEM, our certificate first. */
  pem: z.string().max(64_000),
});
export type CertificateDetails = z.infer<typeof certificateDetails>;

/** What a media node tells of itself: all that PBXs and firewalls in front of them need to know. */
export const nodeListeners = z.object({
  listeners: z
    .array(z.object({ transport: sipTransport, address: z.string().max(253), port }))
    .max(20),
  /** Where RTP comes from and goes to (LIN-077). */
  media: z.object({ address: z.string().max(253), portMin: port, portMax: port }),
  /** Shown over TLS; null without a TLS listener. */
  certificate: certificateDetails.nullable(),
});
export type NodeListeners = z.infer<typeof nodeListeners>;

/** Our side of a line group, to be copied into its PBX and firewall (LIN-046, LIN-078). */
export const groupListener = z
  .object({
    kind: lineGroupKind,
    /** `static`: the PBX calls us here. `register`: we tell it by REGISTER where we are. */
    mode: z.enum(['register', 'static']),
    transport: sipTransport,
    /** IP address or name; null like the others while no media node has told where it listens. */
    address: z.string().nullable(),
    port: port.nullable(),
    media: nodeListeners.shape.media.nullable(),
    /** With TLS: what the PBX has to trust. */
    certificate: certificateDetails.nullable(),
  })
  .meta({ id: 'GroupListener' });
export type GroupListener = z.infer<typeof groupListener>;
