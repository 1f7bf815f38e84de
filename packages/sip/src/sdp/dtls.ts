import {
  type Attribute,
  attributeOf,
  type MediaDescription,
  type SessionDescription,
  valuesOf,
} from './session-description.ts';

/** Hash of a certificate (RFC 8122 §5). */
export interface Fingerprint {
  /** Lower case, such as `sha-256`. */
  hash: string;
  /** Hexadecimal octets, upper case, with colons. */
  value: string;
}

/** Who opens the handshake (RFC 4145 §4, RFC 5763 §5). */
export type Setup = 'active' | 'passive' | 'actpass';

/** Our part in a handshake: the client sends the first message. */
export type DtlsRole = 'client' | 'server';

export interface DtlsParameters {
  /** At least one. */
  fingerprints: readonly Fingerprint[];
  setup: Setup;
  /** RFC 8842 §5.2: another one means a new association. */
  tlsId?: string;
}

/** Octets of the hashes that may vouch for a certificate; SHA-1 and MD5 may not any more. */
const HASH_OCTETS: Readonly<Record<string, number>> = {
  'sha-256': 32,
  'sha-384': 48,
  'sha-512': 64,
};

/** Reads the value of one `a=fingerprint` line; `undefined` when it is malformed or too weak. */
export function parseFingerprint(value: string): Fingerprint | undefined {
  const [hash = '', octets = '', ...rest] = value.trim().split(/ +/);
  const expected = HASH_OCTETS[hash.toLowerCase()];
  if (expected === undefined || rest.length > 0) return undefined;
  if (octets.length !== expected * 3 - 1 || !/^[0-9a-f]{2}(:[0-9a-f]{2})+$/i.test(octets)) {
    return undefined;
  }
  return { hash: hash.toLowerCase(), value: octets.toUpperCase() };
}

/** What a section (or the session above it) says of DTLS; `undefined` without a usable fingerprint. */
export function dtlsOf(
  session: SessionDescription,
  media: MediaDescription,
): DtlsParameters | undefined {
  const own = valuesOf(media, 'fingerprint');
  const fingerprints = (own.length > 0 ? own : valuesOf(session, 'fingerprint'))
    .map(parseFingerprint)
    .filter((found) => found !== undefined);
  const setup = (attributeOf(media, 'setup') ?? attributeOf(session, 'setup') ?? '').trim();
  if (fingerprints.length === 0) return undefined;
  if (setup !== 'active' && setup !== 'passive' && setup !== 'actpass') return undefined;
  const tlsId = attributeOf(media, 'tls-id');
  return tlsId === undefined ? { fingerprints, setup } : { fingerprints, setup, tlsId };
}

/** Lines of a section; an offer says `actpass` unless it continues an association (RFC 8842 §5.3). */
export function dtlsAttributes(dtls: DtlsParameters): Attribute[] {
  const lines: Attribute[] = dtls.fingerprints.map(({ hash, value }) => ({
    name: 'fingerprint',
    value: `${hash} ${value}`,
  }));
  lines.push({ name: 'setup', value: dtls.setup });
  if (dtls.tlsId !== undefined) lines.push({ name: 'tls-id', value: dtls.tlsId });
  return lines;
}

/**
 * What we answer to an offered `setup`: to `actpass` our own wish, `active` unless that is `passive`
 * (RFC 5763 §5 recommends it, it saves half a round trip).
 */
export function answerSetup(offered: Setup, wish: Setup): 'active' | 'passive' {
  if (offered === 'active') return 'passive';
  if (offered === 'passive') return 'active';
  return wish === 'passive' ? 'passive' : 'active';
}

/**
 * Our role once both sides have spoken; `undefined` when they do not fit: an answer never says
 * `actpass`, nor what the offer said.
 */
export function dtlsRole(
  offered: Setup,
  answered: Setup,
  weOffered: boolean,
): DtlsRole | undefined {
  if (answered === 'actpass' || answered === offered) return undefined;
  return (answered === 'active') === weOffered ? 'server' : 'client';
}
