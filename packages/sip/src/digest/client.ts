import { type AuthValue, formatAuth, parseAuth } from '../message/auth.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { ParseError } from '../message/parse-error.ts';
import {
  type AlgorithmChoice,
  type DigestAlgorithm,
  type DigestHash,
  parseAlgorithm,
  STRENGTH,
} from './algorithm.ts';
import { digestResponse, type Qop } from './compute.ts';

/** Who answers challenges. */
export interface DigestCredentials {
  username: string;
  password: string;
  /** Answer challenges of this realm only. */
  realm?: string;
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
  proxy: boolean;
}

interface RealmState extends Challenge {
  nonceCount: number;
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

  /** Takes any other final response: the credentials sent with the request were good. */
  accepted(request: SipRequest): void {
    for (const state of this.realms.values()) {
      if (sentCredentials(request, state) !== undefined) state.proven = true;
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
    this.realms.set(stateKey(chosen), { ...chosen, nonceCount: 0, proven: false });
    return 'retry';
  }

  private answer(state: RealmState, request: SipRequest): string {
    state.nonceCount += 1;
    const nonceCount = state.nonceCount.toString(16).padStart(8, '0');
    const clientNonce = this.newNonce();
    const { username, password } = this.credentials;
    const response = digestResponse(this.hash, {
      algorithm: state.algorithm,
      username,
      realm: state.realm,
      password,
      nonce: state.nonce,
      method: request.method,
      uri: request.uri,
      ...(state.qop === undefined ? {} : { qop: state.qop }),
      nonceCount,
      clientNonce,
      body: request.body,
    });
    const params = new Map([
      ['username', username],
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
