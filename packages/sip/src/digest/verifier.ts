import { type AuthValue, formatAuth, parseAuth } from '../message/auth.ts';
import type { SipRequest } from '../message/message.ts';
import { ParseError } from '../message/parse-error.ts';
import { parseUri, uriEquals } from '../message/uri.ts';
import { type DigestAlgorithm, type DigestHash, parseAlgorithm } from './algorithm.ts';
import { constantTimeEquals, digestResponse, type Qop } from './compute.ts';
import { NonceStore } from './nonce-store.ts';

export interface DigestVerifierOptions {
  realm: string;
  /** Offered in this order, strongest first. */
  algorithms: readonly DigestAlgorithm[];
  /** Offered qop values; at least one. */
  qop?: readonly Qop[];
  /** The user's password, `undefined` for an unknown user. */
  passwordOf(username: string): string | undefined;
  hash: DigestHash;
  newNonce: () => string;
  now: () => number;
  /** Default 10,000. */
  maxNonces?: number;
  /** Default 5 minutes. */
  nonceLifetimeMs?: number;
}

export type VerifyResult =
  | { ok: true; username: string }
  | {
      ok: false;
      /** `stale` calls for a challenge with `stale=true`; every other reason for a plain one. */
      reason: 'missing' | 'malformed' | 'stale' | 'replayed' | 'wrong';
    };

/** Server side of digest (RFC 7616 §3.3 ff.): challenges, and checks what comes back. */
export class DigestVerifier {
  private readonly options: DigestVerifierOptions;
  private readonly qop: readonly Qop[];
  private readonly nonces: NonceStore;

  constructor(options: DigestVerifierOptions) {
    this.options = options;
    this.qop = options.qop ?? ['auth'];
    this.nonces = new NonceStore(options.maxNonces ?? 10_000, options.nonceLifetimeMs ?? 300_000);
  }

  /** Values for WWW-Authenticate or Proxy-Authenticate, one header line an algorithm. */
  challenge(stale = false): string[] {
    const nonce = this.options.newNonce();
    this.nonces.add(nonce, this.options.now());
    return this.options.algorithms.map((algorithm) => {
      const params = new Map([
        ['realm', this.options.realm],
        ['nonce', nonce],
        ['algorithm', algorithm as string],
        ['qop', this.qop.join(',')],
      ]);
      if (stale) params.set('stale', 'true');
      return formatAuth({ scheme: 'Digest', params }, 'challenge');
    });
  }

  /**
   * Checks the credentials of a request. Unknown users cost the same time as known ones.
   *
   * @param header `authorization` for a server, `proxy-authorization` for a proxy
   */
  verify(
    request: SipRequest,
    header: 'authorization' | 'proxy-authorization' = 'authorization',
  ): VerifyResult {
    const found = this.find(request, header);
    if (typeof found === 'string') return { ok: false, reason: found };
    const { params } = found;
    const algorithm = parseAlgorithm(params.get('algorithm'));
    const username = params.get('username');
    const nonce = params.get('nonce');
    const uri = params.get('uri');
    const response = params.get('response');
    const clientNonce = params.get('cnonce');
    const countText = params.get('nc') ?? '';
    const qop = this.qop.find((value) => value === params.get('qop')?.toLowerCase());
    if (
      algorithm === undefined ||
      !this.options.algorithms.includes(algorithm.hash) ||
      username === undefined ||
      nonce === undefined ||
      uri === undefined ||
      response === undefined ||
      clientNonce === undefined ||
      qop === undefined ||
      !/^[0-9a-f]{8}$/i.test(countText) ||
      !sameTarget(uri, request)
    ) {
      return { ok: false, reason: 'malformed' };
    }
    const count = Number.parseInt(countText, 16);
    const status = this.nonces.status(nonce, count, this.options.now());
    if (status === 'replayed') return { ok: false, reason: 'replayed' };
    const password = this.options.passwordOf(username);
    const expected = digestResponse(this.options.hash, {
      algorithm,
      username,
      realm: this.options.realm,
      password: password ?? 'no such user',
      nonce,
      method: request.method,
      uri,
      qop,
      nonceCount: countText,
      clientNonce,
      body: request.body,
    });
    const right = constantTimeEquals(expected, response.toLowerCase());
    if (!right || password === undefined) return { ok: false, reason: 'wrong' };
    if (status !== 'fresh') return { ok: false, reason: 'stale' };
    this.nonces.use(nonce, count);
    return { ok: true, username };
  }

  private find(
    request: SipRequest,
    header: 'authorization' | 'proxy-authorization',
  ): AuthValue | 'missing' | 'malformed' {
    for (const line of request.headers.lines(header)) {
      let values: AuthValue[];
      try {
        values = parseAuth(line);
      } catch (error) {
        if (error instanceof ParseError) return 'malformed';
        throw error;
      }
      for (const value of values) {
        const digest = value.scheme.toLowerCase() === 'digest';
        if (digest && value.params.get('realm') === this.options.realm) return value;
      }
    }
    return 'missing';
  }
}

/** The `uri` parameter must name what the request asks for (RFC 7616 §3.4.6). */
function sameTarget(uri: string, request: SipRequest): boolean {
  if (uri === request.uri) return true;
  try {
    return uriEquals(parseUri(uri), request.requestUri);
  } catch (error) {
    if (error instanceof ParseError) return false;
    throw error;
  }
}
