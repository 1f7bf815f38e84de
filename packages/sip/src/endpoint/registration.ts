import type { TimerHandle } from '../clock.ts';
import type { DigestClient, DigestRefusal } from '../digest/client.ts';
import { newCallId, newTag } from '../ids.ts';
import { parseDeltaSeconds } from '../message/contact.ts';
import { Headers } from '../message/headers.ts';
import { SipRequest, type SipResponse } from '../message/message.ts';
import { ParseError } from '../message/parse-error.ts';
import {
  bracketHost,
  escapeUser,
  parseUri,
  type SipUri,
  type Uri,
  userOf,
} from '../message/uri.ts';
import type { Target } from '../transport/target.ts';
import type { Hop } from '../transport/transport.ts';
import { type BackoffSettings, backoffMs, DEFAULT_BACKOFF, refreshMs } from './backoff.ts';
import type { Core } from './core.ts';
import { Emitter } from './emitter.ts';
import { Exchange } from './exchange.ts';
import { type KeepAlive, startKeepAlive } from './keep-alive.ts';

export interface RegistrationOptions {
  /** Where the REGISTER is sent: name or address. */
  registrar: Target;
  /** Domain of the Request-URI and the address of record (LIN-040). */
  domain: string;
  user: string;
  /** Name for authentication; default is `user` (LIN-053). */
  authUser?: string;
  /** Absent: challenges are not answered (LIN-052). */
  password?: string;
  /** Put into `Expires` (LIN-041). */
  expiresSeconds: number;
  /** User part of the Contact; default is `user`. */
  contactUser?: string;
  backoff?: Partial<BackoffSettings>;
  /**
   * Milliseconds between keep-alives while registered (LIN-043); absent: none. When the registrar turns
   * out to be gone it is registered anew at once.
   */
  keepAliveMs?: number;
}

export interface RegistrationState {
  status: 'registering' | 'registered' | 'failed' | 'unregistered';
  /** Status of the response that led here. */
  sipCode?: number;
  reasonPhrase?: string;
  /** The state in words, English. */
  text: string;
  /** When this state began, milliseconds since the epoch. */
  since: number;
  /** Seconds the registrar granted. */
  expiresSeconds?: number;
  /** When the next REGISTER leaves, milliseconds since the epoch. */
  nextAttemptAt?: number;
  /** Attempts that failed in a row. */
  attempts: number;
}

/** Registrations whose connection broke are renewed spread over this many milliseconds. */
const FLOW_LOST_MS = 2_000;

export type RegistrationEvents = { state: [state: RegistrationState] };

/** Keeps one address of record bound to our Contact (RFC 3261 §10.2). */
export class Registration extends Emitter<RegistrationEvents> {
  private readonly core: Core;
  private readonly options: RegistrationOptions;
  private readonly backoff: BackoffSettings;
  private readonly digest: DigestClient | undefined;
  private readonly callId = newCallId();
  private readonly fromTag = newTag();
  private readonly domainUri: string;
  private current: RegistrationState;
  private sequence = 0;
  private attempts = 0;
  private wanted: number;
  private exchange: Exchange | undefined;
  private timer: TimerHandle;
  /** Where the accepted REGISTER went; its connection is the way the registrar reaches us by. */
  private flow: Hop | undefined;
  /** The REGISTER answered last, as it was sent. */
  private registered: SipRequest | undefined;
  private keepAlive: KeepAlive | undefined;
  private readonly onFlowLost = (peer: Hop) => this.flowLost(peer);

  /**
   * @throws ParseError when domain or user make no SIP URI
   */
  constructor(core: Core, options: RegistrationOptions) {
    super();
    this.core = core;
    this.options = options;
    this.backoff = { ...DEFAULT_BACKOFF, ...options.backoff };
    this.wanted = options.expiresSeconds;
    const username = options.authUser ?? options.user;
    this.digest = core.digest(
      options.password === undefined ? undefined : { username, password: options.password },
    );
    this.domainUri = `sip:${bracketHost(options.domain)}`;
    parseUri(this.domainUri);
    this.current = {
      status: 'registering',
      text: 'Registering',
      since: core.clock.now(),
      attempts: 0,
    };
    queueMicrotask(() => {
      if (this.current.status === 'registering') this.register();
    });
  }

  get state(): RegistrationState {
    return this.current;
  }

  /** Sends a REGISTER now, also when stopped or waiting (LIN-020). One under way is left alone. */
  refresh(): void {
    if (this.exchange !== undefined) return;
    if (this.current.status === 'unregistered') {
      this.enter({ status: 'registering', text: 'Registering' });
    }
    this.register();
  }

  /**
   * Removes our binding from the registrar. Settles when it answered or timer F ran out; the state is
   * `unregistered` either way.
   */
  unregister(): Promise<void> {
    this.halt();
    const { status } = this.current;
    const bound = this.sequence > 0 && status !== 'unregistered';
    this.enter({ status: 'unregistered', text: bound ? 'Unregistering' : 'Unregistered' });
    if (!bound) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (response?: SipResponse) => {
        this.exchange = undefined;
        if (this.current.status === 'unregistered') {
          const answered = response === undefined ? 'Registrar did not answer' : 'Unregistered';
          this.enter({ status: 'unregistered', text: answered, ...statusOf(response) });
        }
        resolve();
      };
      this.send(0, { onFinal: done, onFailure: () => done() });
    });
  }

  /** Sends nothing more; the binding stays with the registrar until it expires. */
  stop(): void {
    this.halt();
    if (this.current.status !== 'unregistered') {
      this.enter({ status: 'unregistered', text: 'Stopped; the binding expires by itself' });
    }
  }

  private halt(): void {
    this.unwatch();
    this.core.clock.clearTimer(this.timer);
    this.exchange?.stop();
    this.exchange = undefined;
  }

  private register(mayRaise = true): void {
    this.core.clock.clearTimer(this.timer);
    this.send(this.wanted, {
      onFinal: (response, request, refusal) => {
        this.flow = this.exchange?.hop;
        this.registered = request;
        this.exchange = undefined;
        this.onFinal(response, refusal, mayRaise);
      },
      onFailure: (cause) => {
        this.exchange = undefined;
        const text =
          cause === 'timeout' ? 'Registrar does not answer' : 'Registrar cannot be reached';
        this.fail(text, undefined);
      },
    });
  }

  private send(expires: number, user: ConstructorParameters<typeof Exchange>[4]): void {
    const { options, core } = this;
    this.sequence += 1;
    const record = `<sip:${escapeUser(options.user)}@${bracketHost(options.domain)}>`;
    const headers = new Headers()
      .append('Via', core.newVia())
      .append('Max-Forwards', '70')
      .append('From', `${record};tag=${this.fromTag}`)
      .append('To', record)
      .append('Call-ID', this.callId)
      .append('CSeq', `${this.sequence} REGISTER`)
      .append('Contact', core.contact(options.contactUser ?? options.user))
      .append('Expires', String(expires))
      .append('User-Agent', core.userAgent);
    const request = new SipRequest('REGISTER', this.domainUri, headers);
    this.exchange = new Exchange(core, request, this.digest, () => ++this.sequence, user);
    this.exchange.start(options.registrar);
  }

  private onFinal(
    response: SipResponse,
    refusal: DigestRefusal | undefined,
    mayRaise: boolean,
  ): void {
    const { statusCode } = response;
    if (statusCode < 300) {
      this.onAccepted(response);
      return;
    }
    const minimum = parseDeltaSeconds(response.headers.get('min-expires'));
    if (statusCode === 423 && mayRaise && minimum !== undefined && minimum > this.wanted) {
      this.wanted = minimum;
      this.register(false);
      return;
    }
    const denied = statusCode === 401 || statusCode === 403 || statusCode === 407;
    const text = denied ? deniedText(statusCode, refusal, this.digest) : `Registrar refused`;
    this.fail(text, response, denied ? this.backoff.deniedMs : undefined);
  }

  private onAccepted(response: SipResponse): void {
    this.attempts = 0;
    const expiresSeconds = this.grantedExpires(response);
    if (expiresSeconds === 0) {
      this.fail('Registrar did not keep the binding', response);
      return;
    }
    const delay = refreshMs(expiresSeconds, this.core.random());
    this.watch();
    this.enter({
      status: 'registered',
      text: 'Registered',
      ...statusOf(response),
      expiresSeconds,
      nextAttemptAt: this.schedule(delay),
    });
  }

  /** What the registrar says about our own binding, else about all (LIN-041). */
  private grantedExpires(response: SipResponse): number {
    const common = parseDeltaSeconds(response.headers.get('expires'));
    let contacts: SipResponse['contacts'];
    try {
      contacts = response.contacts;
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      contacts = [];
    }
    if (contacts === '*') contacts = [];
    const own = this.registered?.contacts;
    const [sent] = own === undefined || own === '*' ? [] : own;
    const ours =
      contacts.find(({ uri }) => sent !== undefined && sameBinding(uri, sent.uri)) ??
      (contacts.length === 1 ? contacts[0] : undefined);
    return parseDeltaSeconds(ours?.params.get('expires')) ?? common ?? this.wanted;
  }

  /** Notices when the way to the registrar is gone: then it cannot reach us either. */
  private watch(): void {
    const { core, options, flow } = this;
    core.flowWatchers.add(this.onFlowLost);
    this.keepAlive?.stop();
    if (options.keepAliveMs === undefined || flow === undefined) return;
    this.keepAlive = startKeepAlive(core, {
      target: options.registrar,
      callId: this.callId,
      everyMs: options.keepAliveMs,
      method: 'crlf',
      to: this.domainUri,
      onDead: () => this.renewSoon(),
    });
  }

  private unwatch(): void {
    this.core.flowWatchers.delete(this.onFlowLost);
    this.keepAlive?.stop();
    this.keepAlive = undefined;
  }

  private flowLost(peer: Hop): void {
    const { flow } = this;
    const same =
      flow?.transport === peer.transport &&
      flow.address === peer.address &&
      flow.port === peer.port;
    if (same) this.renewSoon();
  }

  /** Registers anew, not all lines of a registrar in the same moment. */
  private renewSoon(): void {
    if (this.current.status !== 'registered' || this.exchange !== undefined) return;
    this.unwatch();
    this.schedule(this.core.random() * FLOW_LOST_MS);
  }

  private fail(text: string, response: SipResponse | undefined, slowMs?: number): void {
    this.attempts += 1;
    this.unwatch();
    const wait = backoffMs(this.backoff, this.attempts, this.core.random(), slowMs);
    const asked = parseDeltaSeconds(response?.headers.get('retry-after')?.split(/[;( ]/)[0]) ?? 0;
    const delay = Math.max(wait, Math.min(asked * 1_000, this.backoff.retryAfterCapMs));
    this.enter({
      status: 'failed',
      text,
      ...statusOf(response),
      nextAttemptAt: this.schedule(delay),
    });
  }

  private schedule(ms: number): number {
    this.core.clock.clearTimer(this.timer);
    this.timer = this.core.clock.setTimer(() => this.register(), ms);
    return this.core.clock.now() + ms;
  }

  private enter(state: Omit<RegistrationState, 'since' | 'attempts'>): void {
    const now = this.core.clock.now();
    const since = state.status === this.current.status ? this.current.since : now;
    this.current = { ...state, since, attempts: this.attempts };
    this.emit('state', this.current);
  }
}

function sameBinding(uri: Uri, own: Uri): boolean {
  if (uri.kind !== 'sip' || own.kind !== 'sip') return false;
  const port = (u: SipUri) => u.port ?? 5060;
  return userOf(uri) === userOf(own) && uri.host === own.host && port(uri) === port(own);
}

function statusOf(
  response: SipResponse | undefined,
): Pick<RegistrationState, 'sipCode' | 'reasonPhrase'> {
  if (response === undefined) return {};
  return { sipCode: response.statusCode, reasonPhrase: response.reasonPhrase };
}

function deniedText(
  statusCode: number,
  refusal: DigestRefusal | undefined,
  digest: DigestClient | undefined,
): string {
  if (statusCode === 403) return 'Registrar forbids the registration';
  if (digest === undefined) return 'Registrar asks for a password, none is set';
  if (refusal === 'downgrade') return 'Registrar offers only weaker authentication than before';
  if (refusal === 'unsupported') return 'Registrar offers no supported authentication';
  if (refusal === 'no-challenge') return 'Registrar sent no usable challenge';
  return 'User name or password is wrong';
}
