import type { AlgorithmChoice, DigestHash } from './algorithm.ts';

export type Qop = 'auth' | 'auth-int';

export interface DigestInput {
  algorithm: AlgorithmChoice;
  username: string;
  realm: string;
  password: string;
  nonce: string;
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

/** H(username:realm:password): what a server may store instead of the password. */
export function secretHash(
  hash: DigestHash,
  algorithm: AlgorithmChoice,
  username: string,
  realm: string,
  password: string,
): string {
  return hash(algorithm.hash, `${username}:${realm}:${password}`);
}

/** The `response` parameter (RFC 7616 §3.4.1 - 3.4.3). */
export function digestResponse(hash: DigestHash, input: DigestInput): string {
  const { algorithm, nonce, nonceCount, clientNonce, qop } = input;
  const h = (text: string | Uint8Array) => hash(algorithm.hash, text);
  let ha1 = secretHash(hash, algorithm, input.username, input.realm, input.password);
  if (algorithm.session) ha1 = h(`${ha1}:${nonce}:${clientNonce}`);
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
