import { parseAuth } from './auth.ts';

/** What a server tells after credentials were accepted (RFC 7616 §3.5). */
export interface AuthenticationInfo {
  /** To be used for the next request. */
  nextNonce?: string;
  /** Proves that the server knows the password too. */
  responseAuth?: string;
  qop?: string;
  clientNonce?: string;
  /** Eight hexadecimal digits. */
  nonceCount?: string;
}

/**
 * Reads an Authentication-Info or Proxy-Authentication-Info value.
 *
 * @throws ParseError
 */
export function parseAuthenticationInfo(value: string): AuthenticationInfo {
  // The same parameters as in credentials, without a scheme in front.
  const params = parseAuth(`Digest ${value}`)[0]?.params;
  const out: AuthenticationInfo = {};
  const take = (name: string, key: keyof AuthenticationInfo) => {
    const text = params?.get(name);
    if (text !== undefined) out[key] = text;
  };
  take('nextnonce', 'nextNonce');
  take('rspauth', 'responseAuth');
  take('qop', 'qop');
  take('cnonce', 'clientNonce');
  take('nc', 'nonceCount');
  return out;
}
