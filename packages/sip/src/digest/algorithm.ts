/** Digest algorithms of RFC 7616 and RFC 8760. */
export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** As written in an `algorithm` parameter; `-sess` covers the nonces of the session too. */
export type DigestAlgorithmName = DigestAlgorithm | `${DigestAlgorithm}-sess`;

/** Lower-case hexadecimal hash of text (UTF-8) or bytes. */
export type DigestHash = (algorithm: DigestAlgorithm, data: string | Uint8Array) => string;

/** An `algorithm` parameter taken apart. */
export interface AlgorithmChoice {
  hash: DigestAlgorithm;
  /** `-sess`: HA1 covers the nonces of the session too. */
  session: boolean;
}

/** Strength order used against downgrades; the two SHA-2 variants count as equal. */
export const STRENGTH: Readonly<Record<DigestAlgorithm, number>> = {
  MD5: 1,
  'SHA-256': 2,
  'SHA-512-256': 2,
};

/** Reads an `algorithm` parameter; absent means MD5 (RFC 7616 §3.3). */
export function parseAlgorithm(text: string | undefined): AlgorithmChoice | undefined {
  const upper = (text ?? 'MD5').toUpperCase();
  const session = upper.endsWith('-SESS');
  const base = session ? upper.slice(0, -5) : upper;
  if (base !== 'MD5' && base !== 'SHA-256' && base !== 'SHA-512-256') return undefined;
  return { hash: base, session };
}

/** The usual spelling of an algorithm. */
export function algorithmName({ hash, session }: AlgorithmChoice): DigestAlgorithmName {
  return session ? `${hash}-sess` : hash;
}
