import type { SipClock } from '../clock.ts';
import type { NextHop } from '../dialog/dialog.ts';
import type { DigestHash } from '../digest/algorithm.ts';
import { DigestClient, type DigestCredentials } from '../digest/client.ts';
import { newBranch, randomHex } from '../ids.ts';
import type { SipRequest } from '../message/message.ts';
import { bracketHost, escapeUser } from '../message/uri.ts';
import type { SendMessage } from '../transaction/client-transaction.ts';
import type { TransactionLayer } from '../transaction/layer.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import type { TimerSettings } from '../transaction/timers.ts';
import type { Hop } from '../transport/transport.ts';
import { DEFAULT_PORT } from '../transport/via-routing.ts';

/** Methods a user agent handles, as told in Allow; a registrar takes REGISTER besides. */
export const USER_AGENT_METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO'];
export const ALLOW = USER_AGENT_METHODS.join(', ');
export const ACCEPT = 'application/sdp';

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
  resolve: (host: string) => Promise<string>;
  isAddress: (host: string) => boolean;
  userAgent: string;
  /** Address and port others reach us at. */
  host: string;
  port: number;
}

/** What calls and registrations share: the ways down, and the table of dialogs. */
export class Core {
  readonly clock: SipClock;
  readonly timers: TimerSettings;
  readonly layer: TransactionLayer;
  readonly send: SendMessage;
  readonly random: () => number;
  readonly userAgent: string;
  /** Dialogs by key. */
  readonly dialogs = new Map<string, DialogUser>();
  private readonly options: CoreOptions;
  private readonly sentBy: string;

  constructor(options: CoreOptions) {
    this.options = options;
    this.clock = options.clock;
    this.timers = options.timers;
    this.layer = options.layer;
    this.send = options.send;
    this.random = options.random;
    this.userAgent = options.userAgent;
    this.sentBy = `${bracketHost(options.host)}:${options.port}`;
  }

  /** Protocol, transport and sent-by of our Via. */
  get viaPrefix(): string {
    return `SIP/2.0/UDP ${this.sentBy}`;
  }

  /** A Via value with a new branch, asking for symmetric responses (RFC 3581 §3). */
  newVia(): string {
    return `${this.viaPrefix};branch=${newBranch()};rport`;
  }

  /** Our Contact value. */
  contact(user: string): string {
    return `<${this.contactUri(user)}>`;
  }

  contactUri(user: string): string {
    return `sip:${user === '' ? '' : `${escapeUser(user)}@`}${this.sentBy}`;
  }

  digest(credentials: DigestCredentials | undefined): DigestClient | undefined {
    if (credentials === undefined) return undefined;
    return new DigestClient(credentials, this.options.hash, () => randomHex(16));
  }

  /**
   * Finds the address of a hop. An address is used at once, a name is looked up first; exactly one
   * of the two functions is called.
   */
  locate(next: NextHop, found: (hop: Hop) => void, failed: () => void): void {
    const hop = (address: string): Hop => ({
      transport: 'udp',
      address,
      port: next.port ?? DEFAULT_PORT,
    });
    if (this.options.isAddress(next.host)) {
      found(hop(next.host));
      return;
    }
    this.options.resolve(next.host).then((address) => found(hop(address)), failed);
  }
}
