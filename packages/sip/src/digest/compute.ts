import type { AlgorithmChoice, DigestAlgorithm, DigestHash } from './algorithm.ts';

export type Qop = 'auth' | 'auth-int';

export interface DigestInput {
  algorithm: AlgorithmChoice;
  /** H(username:realm:password), see `secretHash`; `-sess` is added here. */
  ha1: string;
  nonce: string;
  /** Empty for the server's `rspauth` (RFC 7616 §3.5). */
  method: string;
  /** Value of the `uri` parameter, normally the Request-URI. */
  uri: string;
  /** Absent with servers of RFC 2069. */
  qop?: Qop;
  /** Eight hexadecimal digits. */
  nonceCount: string;
  clientNonce: string;
  body: Uint8Array;
}

/** H(username:realm:password), HA1: what a server may store instead of the password. */
export function secretHash(
  hash: DigestHash,
  algorithm: DigestAlgorithm,
  username: string,
  realm: string,
  password: string,
): string {
  return hash(algorithm, `${username}:${realm}:${password}`);
}

/** H(username:realm): what is sent for the user name with `userhash` (RFC 7616 §3.4.4). */
export function userHash(
  hash: DigestHash,
  algorithm: DigestAlgorithm,
  username: string,
  realm: string,
): string {
  return hash(algorithm, `${username}:${realm}`);
}

/** The `response` parameter (RFC 7616 §3.4.1 - 3.4.3). */
export function digestResponse(hash: DigestHash, input: DigestInput): string {
  const { algorithm, nonce, nonceCount, clientNonce, qop } = input;
  const h = (text: string | Uint8Array) => hash(algorithm.hash, text);
  const ha1 = algorithm.session ? h(`${input.ha1}:${nonce}:${clientNonce}`) : input.ha1;
  const entity = qop === 'auth-int' ? `:${h(input.body)}` : '';
  const ha2 = h(`${input.method}:${input.uri}${entity}`);
  return qop === undefined
    ? h(`${ha1}:${nonce}:${ha2}`)
    : h(`${ha1}:${nonce}:${nonceCount}:${clientNonce}:${qop}:${ha2}`);
}

/** Compares two texts in a time that depends on their lengths only. */
export function constantTimeEquals(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) {
    difference |= a.charCodeAt(i) ^ b.charCodeAt(b.length === 0 ? 0 : i % b.length);
  }
  return difference === 0;
}
