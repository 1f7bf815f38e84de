import type { SipClock } from '../clock.ts';
import { nextHop } from '../dialog/dialog.ts';
import type { DigestHash } from '../digest/algorithm.ts';
import { DigestClient, type DigestCredentials } from '../digest/client.ts';
import { newBranch, randomHex } from '../ids.ts';
import { type HeaderLine, sharedLine } from '../message/headers.ts';
import type { SipRequest } from '../message/message.ts';
import { serializeMessage } from '../message/serialize.ts';
import { escapeUser } from '../message/uri.ts';
import type { SendMessage } from '../transaction/client-transaction.ts';
import type { TransactionLayer } from '../transaction/layer.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { TimerSettings } from '../transaction/timers.ts';
import type { Hop, Source } from '../transport/transport.ts';
import { IncomingMessage } from './incoming-message.ts';
import { RecentDialogs } from './recent-dialogs.ts';
import type { Router } from './router.ts';
import type { Transports } from './transports.ts';

/** Methods a user agent handles, as told in Allow; a registrar takes REGISTER besides. */
export const USER_AGENT_METHODS = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'INFO',
  'PRACK',
  'UPDATE',
  'REFER',
  'NOTIFY',
];
export const ACCEPT = 'application/sdp';

/** How provisional responses are made reliable (RFC 3262): never, when asked, or always. */
export type ReliableProvisional = 'off' | 'supported' | 'required';

const TAGS = ['timer', 'replaces', 'norefersub'];
const TAGS_WITH_100REL = ['100rel', ...TAGS];
const SUPPORTED = sharedLine('Supported', TAGS.join(', '));
const SUPPORTED_WITH_100REL = sharedLine('Supported', TAGS_WITH_100REL.join(', '));
const METHODS: ReadonlySet<string> = new Set(USER_AGENT_METHODS);

/** Supported, as reliable provisional responses are made or not. */
export function supportedLine(reliable: ReliableProvisional): HeaderLine {
  return reliable === 'off' ? SUPPORTED : SUPPORTED_WITH_100REL;
}

/** Whatever handles the requests of one dialog. */
export interface DialogUser {
  receive(transaction: ServerTransaction): void;
  receiveAck(ack: SipRequest): void;
  /** The endpoint closes: end without sending anything. */
  drop(): void;
}

export interface CoreOptions {
  clock: SipClock;
  timers: TimerSettings;
  layer: TransactionLayer;
  send: SendMessage;
  hash: DigestHash;
  /** 0 ≤ x < 1, for jitter. */
  random: () => number;
  transports: Transports;
  router: Router;
  userAgent: string;
  reliableProvisional: ReliableProvisional;
  /** Shortest session interval an INVITE or UPDATE may ask for, in seconds (RFC 4028 §4). */
  minSessionExpires: number;
}

/** Requests outside a dialog that belong to something of ours all the same. */
export interface PendingDialog {
  /** A request with our tag in To, from a dialog that is not known yet. */
  receive(transaction: ServerTransaction): void;
}

/** What calls and registrations share: the ways down, and the table of dialogs. */
export class Core {
  readonly clock: SipClock;
  readonly timers: TimerSettings;
  readonly layer: TransactionLayer;
  readonly send: SendMessage;
  readonly random: () => number;
  readonly userAgent: string;
  /** Lines about ourselves that many messages share. */
  readonly userAgentLine: HeaderLine;
  readonly serverLine: HeaderLine;
  /** Methods this user agent takes. */
  allowLine = sharedLine('Allow', USER_AGENT_METHODS.join(', '));
  /** Option tags we understand (RFC 3261 §20.37). */
  readonly supportedLine: HeaderLine;
  readonly transports: Transports;
  readonly router: Router;
  readonly reliableProvisional: ReliableProvisional;
  readonly minSessionExpires: number;
  /** Told of each connection that is gone. */
  readonly flowWatchers = new Set<(peer: Hop) => void>();
  /** Dialogs by key. */
  readonly dialogs = new Map<string, DialogUser>();
  /** What waits for a first request of the peer, by Call-ID and own tag (RFC 6665 §4.1.2.4). */
  readonly pending = new Map<string, PendingDialog>();
  /** Methods taken beside `USER_AGENT_METHODS`, as handlers are set. */
  private readonly moreMethods = new Set<string>();
  /** Dialogs that ended lately. */
  readonly recent: RecentDialogs;
  private messageHandler: ((message: IncomingMessage) => void) | undefined;
  private readonly hash: DigestHash;

  constructor(options: CoreOptions) {
    this.clock = options.clock;
    this.timers = options.timers;
    this.layer = options.layer;
    this.send = options.send;
    this.random = options.random;
    this.userAgent = options.userAgent;
    this.userAgentLine = sharedLine('User-Agent', options.userAgent);
    this.serverLine = sharedLine('Server', options.userAgent);
    this.transports = options.transports;
    this.router = options.router;
    this.reliableProvisional = options.reliableProvisional;
    this.supportedLine = supportedLine(options.reliableProvisional);
    this.minSessionExpires = options.minSessionExpires;
    this.hash = options.hash;
    this.recent = new RecentDialogs(options.clock, 64 * options.timers.t1);
  }

  /** Sets who takes MESSAGE requests. */
  onMessageRequest(handler: (message: IncomingMessage) => void): void {
    this.messageHandler = handler;
    this.takeToo('MESSAGE');
  }

  /** Takes another method from now on. */
  takeToo(method: string): void {
    this.moreMethods.add(method);
    this.allowLine = sharedLine('Allow', [...USER_AGENT_METHODS, ...this.moreMethods].join(', '));
  }

  /** Takes a MESSAGE, inside a dialog or not; `takes` has said that there is a handler. */
  receiveMessage(transaction: ServerTransaction): void {
    const message = new IncomingMessage(this, transaction);
    try {
      this.messageHandler?.(message);
    } catch (error) {
      message.reject(500);
      throw error;
    }
  }

  /** Value of Allow. */
  get allow(): string {
    return this.allowLine.value;
  }

  /**
   * Whether a request of that method may reach us.
   *
   * @param inDialog a REFER makes a subscription there, which SUBSCRIBE refreshes (RFC 3515 §2.4.4)
   */
  takes(method: string, inDialog: boolean): boolean {
    if (METHODS.has(method) || this.moreMethods.has(method)) return true;
    return inDialog && method === 'SUBSCRIBE';
  }

  /** Allow and Supported. */
  get capabilities(): readonly HeaderLine[] {
    return [this.allowLine, this.supportedLine];
  }

  /** Option tags we understand, lower case. */
  get supportedTags(): readonly string[] {
    return this.reliableProvisional === 'off' ? TAGS : TAGS_WITH_100REL;
  }

  /**
   * Protocol, transport and sent-by of our Via until it is known where the request goes: `bind` of the
   * transports then writes the true one.
   */
  get viaPrefix(): string {
    return this.transports.viaPrefix;
  }

  /** A Via value with a new branch, asking for symmetric responses (RFC 3581 §3). */
  newVia(): string {
    return `${this.viaPrefix};branch=${newBranch()};rport`;
  }

  /**
   * Our Contact value.
   *
   * @param hop the peer's side: where requests go, or where the answered request came from
   */
  contact(user: string, hop?: Hop | (Source & Pick<Hop, 'transport'>)): string {
    return `<${this.contactUri(user, hop)}>`;
  }

  contactUri(user: string, hop?: Hop | (Source & Pick<Hop, 'transport'>)): string {
    return this.transports.contactUri(escapeUser(user), hop);
  }

  digest(credentials: DigestCredentials | undefined): DigestClient | undefined {
    if (credentials === undefined) return undefined;
    return new DigestClient(credentials, this.hash, () => randomHex(16));
  }

  /**
   * Sends a request that belongs to no transaction, the ACK of a 2xx, to its next hop; the Via is
   * written for it. What cannot be sent is lost.
   *
   * @param sent told once it has left, with what to send again when the 2xx is repeated
   */
  sendAck(ack: SipRequest, sent: (again: () => void) => void): void {
    const found = ([hop]: readonly Hop[]) => {
      if (hop === undefined) return;
      this.transports.bind(ack, hop);
      const bytes = serializeMessage(ack);
      // An ACK is not acknowledged: a lost one is asked for by the next 200.
      this.send(ack, bytes, hop, () => {});
      sent(this.repeating(bytes, hop));
    };
    this.router.route(nextHop(ack), ack.callId, found, () => {});
  }

  /** Sends bytes again; a function of its own, so that it keeps nothing else for half a minute. */
  private repeating(bytes: Uint8Array, hop: Hop): () => void {
    return () => this.send(undefined, bytes, hop, () => {});
  }
}
