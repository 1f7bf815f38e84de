import type { SipRequest, SipResponse } from '../message/message.ts';
import { tagOf } from '../message/name-addr.ts';
import { serializeMessage } from '../message/serialize.ts';
import { hasUniqueBranch } from '../message/via.ts';
import type { Hop, Source } from '../transport/transport.ts';
import type { SendMessage } from './client-transaction.ts';
import { INVITE_SERVER, type InviteServerEvent, type InviteServerState } from './invite-server.ts';
import { mergeKey } from './keys.ts';
import { Machine, type MachineContext } from './machine.ts';
import {
  NON_INVITE_SERVER,
  type NonInviteServerEvent,
  type NonInviteServerState,
} from './non-invite-server.ts';

type State = InviteServerState | NonInviteServerState;
type Event = InviteServerEvent | NonInviteServerEvent;

/** What the transaction user may want to hear after it took the request. */
export interface ServerTransactionUser {
  /** To tag of our responses. */
  localTag?: string;
  /** An ACK that matched this INVITE transaction although it is for a 2xx. */
  onAck?(ack: SipRequest): void;
  /** A CANCEL for this INVITE, already answered 200. */
  onCancel?(cancel: SipRequest): void;
  /** Nobody acknowledged the 3xx-6xx (timeout), or the response cannot be sent. */
  onFailure?(cause: 'timeout' | 'transport'): void;
}

/** Who listens as long as nobody wants to. */
const NOBODY: ServerTransactionUser = {};

/** One received request and our responses to it (RFC 3261 §17.2). */
export class ServerTransaction extends Machine<State, Event, SipRequest> {
  /** Where the request came from. */
  readonly source: Source;
  readonly key: string;
  readonly mergeKey: string | undefined;
  /** Where the responses go. */
  readonly hop: Hop;
  user: ServerTransactionUser = NOBODY;
  /** Undefined once it was answered: nobody asks any more, and it would wait half a minute for that. */
  private held: SipRequest | undefined;
  private readonly send: SendMessage;
  private readonly onTerminated: (transaction: ServerTransaction) => void;
  private status = 0;
  /** Latest response; of a final one only what is repeated and matched is kept. */
  private response: SipResponse | undefined;
  private bytes: Uint8Array | undefined;
  /** To tags of the request and of its final response, for a request without a unique branch. */
  private tags: { request: string; response: string } | undefined;

  /** @param key as `serverKey` gives it */
  constructor(
    request: SipRequest,
    key: string,
    source: Source,
    hop: Hop,
    context: MachineContext,
    send: SendMessage,
    onTerminated: (transaction: ServerTransaction) => void,
  ) {
    const invite = request.method === 'INVITE';
    super(invite ? INVITE_SERVER : NON_INVITE_SERVER, invite ? 'proceeding' : 'trying', context);
    this.held = request;
    this.source = source;
    this.hop = hop;
    this.key = key;
    this.mergeKey = mergeKey(request);
    this.send = send;
    this.onTerminated = onTerminated;
  }

  /**
   * The request.
   *
   * @throws Error once a final response was sent: it is let go then
   */
  get request(): SipRequest {
    if (this.held === undefined) throw new Error('an answered request is not kept');
    return this.held;
  }

  /** Source and transport of the request. */
  get peer(): Source & Pick<Hop, 'transport'> {
    return { ...this.source, transport: this.hop.transport };
  }

  /** True once a final response was sent. */
  get answered(): boolean {
    return this.status >= 200;
  }

  /**
   * Sends a response; repeats, and ACKs of 3xx-6xx, are then handled here.
   *
   * @returns false when the state allows no such response any more (it was answered or has ended)
   */
  respond(response: SipResponse): boolean {
    const { status, response: earlier, bytes } = this;
    const { statusCode } = response;
    this.status = statusCode;
    this.response = response;
    this.bytes = serializeMessage(response);
    const event = statusCode < 200 ? 'send1xx' : statusCode < 300 ? 'send2xx' : 'send3xx-6xx';
    if (!this.fire(event)) {
      this.status = status;
      this.response = earlier;
      this.bytes = bytes;
      return false;
    }
    if (statusCode >= 200) this.slim(response);
    return true;
  }

  /**
   * Sends a final response and forgets the request: a repeat is a new one (RFC 3261 §8.2.7). For
   * challenges, so that nobody without a password makes us remember anything.
   */
  respondAndForget(response: SipResponse): void {
    if (this.respond(response)) this.terminate();
  }

  /** Takes a repeat of the request, or the ACK of an INVITE. */
  receive(request: SipRequest): void {
    this.fire(request.method === 'ACK' ? 'ack' : 'request', request);
  }

  /**
   * Whether a request whose key matched by the rules of RFC 2543 is really of this transaction: the
   * To tag of an ACK is that of our response, of a repeat that of the request (§17.2.3).
   */
  matchesToTag(request: SipRequest): boolean {
    const tag = tagOf(request.to);
    if (this.held !== undefined) return request.method !== 'ACK' && tag === tagOf(this.held.to);
    return tag === (request.method === 'ACK' ? this.tags?.response : this.tags?.request);
  }

  protected transmit(): void {
    if (this.bytes === undefined) return;
    this.send(this.response, this.bytes, this.hop, () => this.fire('transportError'));
  }

  protected acknowledge(): void {}

  protected deliver(ack: SipRequest): void {
    this.user.onAck?.(ack);
  }

  protected fail(cause: 'timeout' | 'transport'): void {
    this.user.onFailure?.(cause);
  }

  protected terminated(): void {
    this.onTerminated(this);
  }

  /** An answered request waits half a minute for repeats, and needs little for that. */
  private slim(final: SipResponse): void {
    const { held } = this;
    // Only without a unique branch, which is rare, anybody will ask.
    if (held !== undefined && !hasUniqueBranch(held.via)) {
      this.tags = { request: tagOf(held.to), response: tagOf(final.to) };
    }
    this.held = undefined;
    this.response = undefined;
    // A 2xx to an INVITE is repeated by the transaction user.
    if (this.state === 'accepted') this.bytes = undefined;
  }
}
