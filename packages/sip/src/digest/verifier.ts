import { type AuthValue, formatAuth, parseAuth } from '../message/auth.ts';
import type { SipRequest } from '../message/message.ts';
import { ParseError } from '../message/parse-error.ts';
import { parseUri } from '../message/uri.ts';
import { uriEquals } from '../message/uri-equals.ts';
import {
  algorithmName,
  type DigestAlgorithm,
  type DigestAlgorithmName,
  type DigestHash,
  parseAlgorithm,
} from './algorithm.ts';
import { constantTimeEquals, digestResponse, type Qop, secretHash } from './compute.ts';
import { NonceStore } from './nonce-store.ts';

export interface DigestVerifierOptions {
  realm: string;
  /** Offered in this order, strongest first; no other is taken. */
  algorithms: readonly DigestAlgorithmName[];
  /** Offered qop values; at least one. */
  qop?: readonly Qop[];
  /** The user's password, `undefined` for an unknown user; not asked where `ha1Of` is given. */
  passwordOf?(username: string): string | undefined;
  /** The user's H(username:realm:password), `undefined` for an unknown user; saves a hash each time. */
  ha1Of?(username: string, algorithm: DigestAlgorithm): string | undefined;
  /** The user whose H(username:realm) this is; given, `userhash` is offered (RFC 7616 §3.4.4). */
  userOfHash?(userHash: string, algorithm: DigestAlgorithm): string | undefined;
  hash: DigestHash;
  newNonce: () => string;
  now: () => number;
  /** Most nonces in use at a time; default 10,000. */
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
  /** Nobody's password: unknown users are checked against it, to take as long as known ones. */
  private readonly decoy: string;
  private readonly decoyHa1 = new Map<DigestAlgorithm, string>();

  constructor(options: DigestVerifierOptions) {
    if (options.passwordOf === undefined && options.ha1Of === undefined) {
      throw new TypeError('passwordOf or ha1Of is needed');
    }
    this.options = options;
    this.qop = options.qop ?? ['auth'];
    this.nonces = new NonceStore({
      hash: options.hash,
      random: options.newNonce,
      limit: options.maxNonces ?? 10_000,
      lifetimeMs: options.nonceLifetimeMs ?? 300_000,
    });
    this.decoy = options.newNonce();
    for (const name of options.algorithms) {
      const algorithm = parseAlgorithm(name)?.hash ?? 'MD5';
      this.decoyHa1.set(algorithm, options.hash(algorithm, this.decoy));
    }
  }

  /** Values for WWW-Authenticate or Proxy-Authenticate, one header line an algorithm. */
  challenge(stale = false): string[] {
    const nonce = this.nonces.issue(this.options.now());
    return this.options.algorithms.map((algorithm) => {
      const params = new Map([
        ['realm', this.options.realm],
        ['nonce', nonce],
        ['algorithm', algorithm as string],
        ['qop', this.qop.join(',')],
      ]);
      if (stale) params.set('stale', 'true');
      if (this.options.userOfHash !== undefined) params.set('userhash', 'true');
      return formatAuth({ scheme: 'Digest', params }, 'challenge');
    });
  }

  /**
   * Checks the credentials of a request. Unknown users cost the same work as known ones.
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
    const sentName = params.get('username');
    const nonce = params.get('nonce');
    const uri = params.get('uri');
    const response = params.get('response');
    const clientNonce = params.get('cnonce');
    const countText = params.get('nc') ?? '';
    const qop = this.qop.find((value) => value === params.get('qop')?.toLowerCase());
    if (
      algorithm === undefined ||
      !this.options.algorithms.includes(algorithmName(algorithm)) ||
      sentName === undefined ||
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
    const now = this.options.now();
    const count = Number.parseInt(countText, 16);
    const status = this.nonces.status(nonce, count, now);
    if (status === 'replayed') return { ok: false, reason: 'replayed' };
    const username = this.nameOf(sentName, params, algorithm.hash);
    const secret = this.secretOf(username ?? sentName, algorithm.hash);
    const expected = digestResponse(this.options.hash, {
      algorithm,
      ha1: secret.ha1,
      nonce,
      method: request.method,
      uri,
      qop,
      nonceCount: countText,
      clientNonce,
      body: request.body,
    });
    const right = constantTimeEquals(expected, response.toLowerCase());
    if (!right || !secret.known || username === undefined) return { ok: false, reason: 'wrong' };
    if (status !== 'fresh') return { ok: false, reason: 'stale' };
    this.nonces.use(nonce, count, now);
    return { ok: true, username };
  }

  /** The plain user name; `undefined` when it came hashed and is nobody's. */
  private nameOf(
    sent: string,
    params: ReadonlyMap<string, string>,
    algorithm: DigestAlgorithm,
  ): string | undefined {
    const hashed = params.get('userhash')?.toLowerCase() === 'true';
    const { userOfHash } = this.options;
    return hashed && userOfHash !== undefined ? userOfHash(sent.toLowerCase(), algorithm) : sent;
  }

  private secretOf(username: string, algorithm: DigestAlgorithm): { ha1: string; known: boolean } {
    const { hash, ha1Of, passwordOf, realm } = this.options;
    if (ha1Of !== undefined) {
      const ha1 = ha1Of(username, algorithm);
      return { ha1: ha1 ?? this.decoyHa1.get(algorithm) ?? '', known: ha1 !== undefined };
    }
    const password = passwordOf?.(username);
    const ha1 = secretHash(hash, algorithm, username, realm, password ?? this.decoy);
    return { ha1, known: password !== undefined };
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
