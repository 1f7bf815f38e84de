import { type AuthValue, formatAuth, parseAuth } from '../message/auth.ts';
import {
  type AuthenticationInfo,
  parseAuthenticationInfo,
} from '../message/authentication-info.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { ParseError } from '../message/parse-error.ts';
import {
  type AlgorithmChoice,
  type DigestAlgorithm,
  type DigestHash,
  parseAlgorithm,
  STRENGTH,
} from './algorithm.ts';
import { constantTimeEquals, digestResponse, type Qop, secretHash, userHash } from './compute.ts';

/** Who answers challenges. */
export interface DigestCredentials {
  username: string;
  password: string;
  /** Answer challenges of this realm only. */
  realm?: string;
  /** Hide the user name from those who listen, where the server can find it (RFC 7616 §3.4.4). */
  userhash?: boolean;
}

/** Why a challenge was not answered. */
export type DigestRefusal =
  /** The server did not accept the credentials for its own latest nonce. */
  | 'rejected'
  /** No challenge has a scheme, algorithm and qop we support, or the realm is another. */
  | 'unsupported'
  /** Only a weaker algorithm is offered than this realm used before. */
  | 'downgrade'
  /** 401 or 407 without a readable challenge. */
  | 'no-challenge';

interface Challenge {
  realm: string;
  nonce: string;
  opaque: string | undefined;
  /** As written by the server, to be repeated. */
  algorithmText: string | undefined;
  algorithm: AlgorithmChoice;
  qop: Qop | undefined;
  stale: boolean;
  /** The server finds users by the hash of their name. */
  userhash: boolean;
  proxy: boolean;
}

interface RealmState extends Challenge {
  nonceCount: number;
  /** H(username:realm:password), computed once. */
  ha1: string;
  /** With `-sess` one client nonce serves as long as its nonce (RFC 7616 §3.4.2). */
  sessionNonce: string | undefined;
  /** The server has accepted credentials for this nonce. */
  proven: boolean;
}

const MAX_REALMS = 8;

/**
 * Answers digest challenges (RFC 7616, RFC 8760, RFC 3261 §22). Remembers the latest nonce of each
 * realm, so that later requests carry credentials at once with a rising nonce count.
 */
export class DigestClient {
  private readonly credentials: DigestCredentials;
  private readonly hash: DigestHash;
  private readonly newNonce: () => string;
  private readonly realms = new Map<string, RealmState>();
  /** Strongest algorithm each realm ever used. */
  private readonly strongest = new Map<string, DigestAlgorithm>();

  /**
   * @param hash hash functions
   * @param newNonce makes a client nonce of at least 64 random bits
   */
  constructor(credentials: DigestCredentials, hash: DigestHash, newNonce: () => string) {
    this.credentials = credentials;
    this.hash = hash;
    this.newNonce = newNonce;
  }

  /**
   * Takes a 401 or 407 to a request. When it gives `'retry'`, send the request again with a new
   * branch and a higher CSeq, after `authorize`.
   */
  challenged(request: SipRequest, response: SipResponse): 'retry' | DigestRefusal {
    let refusal: DigestRefusal = 'no-challenge';
    let answered = false;
    for (const { realm, proxy, values } of groupByRealm(response)) {
      const outcome = this.take(realm, topmostSupported(values, proxy), request);
      if (outcome === 'retry') answered = true;
      else if (outcome === 'rejected') return 'rejected';
      else refusal = outcome;
    }
    return answered ? 'retry' : refusal;
  }

  /**
   * Takes any other final response: the credentials sent with the request were good. A nonce it gives
   * for the next request is taken, unless the response fails to prove that the server knows the
   * password (RFC 7616 §3.5).
   */
  accepted(request: SipRequest, response?: SipResponse): void {
    for (const state of this.realms.values()) {
      const sent = sentCredentials(request, state);
      if (sent === undefined) continue;
      state.proven = true;
      const info = response === undefined ? undefined : this.infoFor(state, sent, response);
      if (info?.nextNonce === undefined || !this.proves(info, state, sent, response)) continue;
      state.nonce = info.nextNonce;
      state.nonceCount = 0;
      state.sessionNonce = undefined;
    }
  }

  /** Replaces the credentials in a request by fresh ones for every known realm. */
  authorize(request: SipRequest): void {
    request.headers.remove('authorization').remove('proxy-authorization');
    for (const state of this.realms.values()) {
      const name = state.proxy ? 'Proxy-Authorization' : 'Authorization';
      request.headers.append(name, this.answer(state, request));
    }
  }

  private take(
    realm: string,
    chosen: Challenge | undefined,
    request: SipRequest,
  ): 'retry' | DigestRefusal {
    if (this.credentials.realm !== undefined && this.credentials.realm !== realm) {
      return 'unsupported';
    }
    if (chosen === undefined) return 'unsupported';
    const before = this.strongest.get(realm);
    if (before !== undefined && STRENGTH[before] > STRENGTH[chosen.algorithm.hash]) {
      return 'downgrade';
    }
    const state = this.realms.get(stateKey(chosen));
    const sent = state === undefined ? undefined : sentCredentials(request, state);
    // A nonce that worked before may have expired without `stale`; one never accepted was wrong.
    if (sent !== undefined && !chosen.stale && state?.proven !== true) return 'rejected';
    if (state === undefined && this.realms.size >= MAX_REALMS) return 'unsupported';
    this.strongest.set(realm, chosen.algorithm.hash);
    const { username, password } = this.credentials;
    const known = state?.algorithm.hash === chosen.algorithm.hash ? state.ha1 : undefined;
    const ha1 = known ?? secretHash(this.hash, chosen.algorithm.hash, username, realm, password);
    const fresh = { nonceCount: 0, sessionNonce: undefined, proven: false };
    this.realms.set(stateKey(chosen), { ...chosen, ha1, ...fresh });
    return 'retry';
  }

  /** What the response says of the next request in this realm. */
  private infoFor(
    state: RealmState,
    sent: AuthValue,
    response: SipResponse,
  ): AuthenticationInfo | undefined {
    const key = state.proxy ? 'proxy-authentication-info' : 'authentication-info';
    const sameSide = [...this.realms.values()].filter(({ proxy }) => proxy === state.proxy);
    for (const line of response.headers.lines(key)) {
      const info = readInfo(line);
      // It names no realm: with several, only our own client nonce tells whose it is.
      const named =
        info?.clientNonce !== undefined && info.clientNonce === sent.params.get('cnonce');
      if (info !== undefined && (named || sameSide.length === 1)) return info;
    }
    return undefined;
  }

  private proves(
    info: AuthenticationInfo,
    state: RealmState,
    sent: AuthValue,
    response: SipResponse | undefined,
  ): boolean {
    if (info.responseAuth === undefined) return true;
    const qop = info.qop?.toLowerCase() === 'auth-int' ? 'auth-int' : state.qop;
    const expected = digestResponse(this.hash, {
      algorithm: state.algorithm,
      ha1: state.ha1,
      nonce: state.nonce,
      method: '',
      uri: sent.params.get('uri') ?? '',
      ...(qop === undefined ? {} : { qop }),
      nonceCount: sent.params.get('nc') ?? '',
      clientNonce: sent.params.get('cnonce') ?? '',
      body: response?.body ?? new Uint8Array(0),
    });
    return constantTimeEquals(expected, info.responseAuth.toLowerCase());
  }

  private answer(state: RealmState, request: SipRequest): string {
    state.nonceCount += 1;
    const nonceCount = state.nonceCount.toString(16).padStart(8, '0');
    const clientNonce = state.sessionNonce ?? this.newNonce();
    if (state.algorithm.session) state.sessionNonce = clientNonce;
    const { username, userhash } = this.credentials;
    const hidden = userhash === true && state.userhash;
    const response = digestResponse(this.hash, {
      algorithm: state.algorithm,
      ha1: state.ha1,
      nonce: state.nonce,
      method: request.method,
      uri: request.uri,
      ...(state.qop === undefined ? {} : { qop: state.qop }),
      nonceCount,
      clientNonce,
      body: request.body,
    });
    const params = new Map([
      [
        'username',
        hidden ? userHash(this.hash, state.algorithm.hash, username, state.realm) : username,
      ],
      ['realm', state.realm],
      ['nonce', state.nonce],
      ['uri', request.uri],
      ['response', response],
    ]);
    if (state.algorithmText !== undefined) params.set('algorithm', state.algorithmText);
    if (state.qop !== undefined) {
      params.set('qop', state.qop).set('nc', nonceCount).set('cnonce', clientNonce);
    } else if (state.algorithm.session) {
      params.set('cnonce', clientNonce);
    }
    if (hidden) params.set('userhash', 'true');
    if (state.opaque !== undefined) params.set('opaque', state.opaque);
    return formatAuth({ scheme: 'Digest', params }, 'credentials');
  }
}

interface Group {
  realm: string;
  /** From Proxy-Authenticate: answered in Proxy-Authorization, and kept apart. */
  proxy: boolean;
  values: AuthValue[];
}

/** Challenges of both headers by realm, in the order of the response. */
function groupByRealm(response: SipResponse): Group[] {
  const groups: Group[] = [];
  for (const proxy of [false, true]) {
    for (const line of response.headers.lines(proxy ? 'proxy-authenticate' : 'www-authenticate')) {
      for (const value of readLine(line)) {
        const realm = value.params.get('realm') ?? '';
        const group = groups.find((g) => g.realm === realm && g.proxy === proxy);
        if (group === undefined) groups.push({ realm, proxy, values: [value] });
        else group.values.push(value);
      }
    }
  }
  return groups;
}

function readLine(line: string): AuthValue[] {
  try {
    return parseAuth(line);
  } catch (error) {
    // A challenge that cannot be read is passed over like one with an unknown scheme.
    if (error instanceof ParseError) return [];
    throw error;
  }
}

function readInfo(line: string): AuthenticationInfo | undefined {
  try {
    return parseAuthenticationInfo(line);
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

/** RFC 8760 §2.4: the first challenge the client supports, in the order of the response. */
function topmostSupported(values: AuthValue[], proxy: boolean): Challenge | undefined {
  for (const { scheme, params } of values) {
    const algorithm = parseAlgorithm(params.get('algorithm'));
    const nonce = params.get('nonce');
    const realm = params.get('realm');
    if (scheme.toLowerCase() !== 'digest' || algorithm === undefined) continue;
    if (nonce === undefined || realm === undefined) continue;
    const qop = chooseQop(params.get('qop'));
    if (qop === 'unsupported') continue;
    return {
      realm,
      nonce,
      opaque: params.get('opaque'),
      algorithmText: params.get('algorithm'),
      algorithm,
      qop,
      stale: params.get('stale')?.toLowerCase() === 'true',
      userhash: params.get('userhash')?.toLowerCase() === 'true',
      proxy,
    };
  }
  return undefined;
}

/** `auth` before `auth-int`, because border elements on the way rewrite bodies. */
function chooseQop(text: string | undefined): Qop | undefined | 'unsupported' {
  if (text === undefined) return undefined;
  const offered = text.split(',').map((item) => item.trim().toLowerCase());
  if (offered.includes('auth')) return 'auth';
  return offered.includes('auth-int') ? 'auth-int' : 'unsupported';
}

function stateKey(challenge: Pick<Challenge, 'realm' | 'proxy'>): string {
  return `${challenge.proxy ? 'proxy' : 'server'} ${challenge.realm}`;
}

/** The credentials a request carried for a realm and nonce. */
function sentCredentials(request: SipRequest, state: RealmState): AuthValue | undefined {
  const key = state.proxy ? 'proxy-authorization' : 'authorization';
  for (const line of request.headers.lines(key)) {
    const found = readLine(line).find(
      ({ params }) => params.get('realm') === state.realm && params.get('nonce') === state.nonce,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
