import { canonicalAddress } from './address-prefix.ts';

/** How a TLS peer is to be verified. */
export interface TlsPeer {
  /**
   * Domains the peer may prove; one suffices. Usually the domain of the registrar or outbound proxy as
   * configured, never what DNS made of it (RFC 5922 §4).
   */
  domains: readonly string[];
  /** PEM certificates trusted instead of the platform's. */
  trustedCa?: string;
  /** `none` takes any certificate: an explicit choice for one peer. */
  verify: 'full' | 'none';
  /** PEM certificate and key shown when the peer asks for one. */
  clientCertificate?: { cert: string; key: string };
}

/** The names a certificate speaks for. */
export interface CertificateIdentity {
  /** subjectAltName entries of type URI, as written. */
  uris: readonly string[];
  /** subjectAltName entries of type dNSName, as written. */
  dns: readonly string[];
  /** subjectAltName entries of type iPAddress. */
  addresses: readonly string[];
  /** Common names of the subject, most specific last. */
  commonNames: readonly string[];
  /** Whether the certificate has any subjectAltName. */
  hasAltName: boolean;
  /** SHA-256 of the certificate, hexadecimal with colons. */
  fingerprint: string;
}

/**
 * The SIP domains a certificate speaks for (RFC 5922 §7.1): hosts of `sip:` URIs without a user part;
 * dNSNames (and addresses, for peers configured by address) only when there is no such URI; the common name only when there is no
 * subjectAltName. Names are lower case and without a closing dot.
 */
export function sipIdentities(certificate: CertificateIdentity): string[] {
  const hosts = certificate.uris.map(hostOfIdentityUri).filter((host) => host !== undefined);
  if (hosts.length > 0) return hosts;
  if (certificate.hasAltName) return [...certificate.dns, ...certificate.addresses].map(normalize);
  const name = certificate.commonNames.at(-1);
  return name === undefined ? [] : [normalize(name)];
}

/**
 * Whether a certificate speaks for a domain (RFC 5922 §7.2): the whole name, case-insensitive,
 * wildcards never. An iPAddress counts for a peer that is configured by its address.
 */
export function speaksFor(certificate: CertificateIdentity, domain: string): boolean {
  const wanted = normalize(domain.replace(/^\[|\]$/g, ''));
  if (wanted === '' || wanted.includes('*')) return false;
  return sipIdentities(certificate).includes(wanted);
}

/**
 * Host of a SIP URI that names a domain; undefined when it names a user, has a port that is none, or
 * is `sips:`, which RFC 5922 §7.1 does not take as an identity.
 */
function hostOfIdentityUri(uri: string): string | undefined {
  const match = /^sip:(\[[0-9a-f:.]+\]|[^@:;?[\]]+)(?::\d{1,5})?(?:[;?].*)?$/i.exec(uri);
  return match === null ? undefined : normalize((match[1] as string).replace(/^\[|\]$/g, ''));
}

function normalize(name: string): string {
  return canonicalAddress(name.toLowerCase().replace(/\.$/, ''));
}

/**
 * Reads the subjectAltName text of Node's X509Certificate, in which a value with a special character
 * is written as a JSON string: `DNS:pbx.example, URI:sip:pbx.example, DNS:"a\u002c b"`.
 *
 * @returns undefined when the text has another form; then nothing of it is to be believed
 */
export function parseAltNames(
  text: string,
): Pick<CertificateIdentity, 'uris' | 'dns' | 'addresses'> | undefined {
  const names = { uris: [] as string[], dns: [] as string[], addresses: [] as string[] };
  let rest = text;
  while (rest !== '') {
    const match = /^([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/.exec(rest);
    if (match === null) return undefined;
    const [all, type, raw] = match as unknown as [string, string, string];
    rest = rest.slice(all.length);
    const value = raw.startsWith('"') ? unquote(raw) : raw;
    if (value === undefined) return undefined;
    if (type === 'URI') names.uris.push(value);
    else if (type === 'DNS') names.dns.push(value);
    else if (type === 'IP Address') names.addresses.push(value.toLowerCase());
  }
  return names;
}

function unquote(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
