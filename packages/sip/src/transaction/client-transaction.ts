import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { Hop } from '../transport/transport.ts';
import { createAck } from './ack.ts';
import { INVITE_CLIENT, type InviteClientEvent, type InviteClientState } from './invite-client.ts';
import { clientKey } from './keys.ts';
import { Machine, type MachineContext } from './machine.ts';
import {
  NON_INVITE_CLIENT,
  type NonInviteClientEvent,
  type NonInviteClientState,
} from './non-invite-client.ts';

/**
 * Sends one message; `failed` is called later when the transport reports an error.
 *
 * @param message absent when nothing but its bytes was kept: it is a repeat
 */
export type SendMessage = (
  message: SipMessage | undefined,
  bytes: Uint8Array,
  to: Hop,
  failed: (error: Error) => void,
) => void;

/** What the transaction user hears. */
export interface ClientTransactionUser {
  /** Provisional and final responses; after a 2xx to INVITE also every repeat and other fork. */
  onResponse(response: SipResponse): void;
  /** No final response will come: nobody answered (count it as 408) or nothing can be sent (503). */
  onFailure(cause: 'timeout' | 'transport'): void;
}

type State = InviteClientState | NonInviteClientState;
type Event = InviteClientEvent | NonInviteClientEvent;

/** Who listens once nothing is left to be told. */
const NOBODY: ClientTransactionUser = { onResponse() {}, onFailure() {} };

/** One request and its responses (RFC 3261 §17.1). */
export class ClientTransaction extends Machine<State, Event, SipResponse> {
  readonly hop: Hop;
  readonly key: string;
  /** Undefined once it was answered for good. */
  private request: SipRequest | undefined;
  /** The request; after an INVITE was refused, its ACK. Nothing once there is nothing to repeat. */
  private bytes: Uint8Array | undefined;
  private acknowledged = false;
  private readonly send: SendMessage;
  private user: ClientTransactionUser;
  private readonly onTerminated: (transaction: ClientTransaction) => void;

  constructor(
    request: SipRequest,
    hop: Hop,
    context: MachineContext,
    send: SendMessage,
    user: ClientTransactionUser,
    onTerminated: (transaction: ClientTransaction) => void,
  ) {
    const invite = request.method === 'INVITE';
    super(invite ? INVITE_CLIENT : NON_INVITE_CLIENT, invite ? 'calling' : 'trying', context);
    this.request = request;
    this.hop = hop;
    this.key = clientKey(request);
    this.bytes = serializeMessage(request);
    this.send = send;
    this.user = user;
    this.onTerminated = onTerminated;
  }

  /** Sends the request for the first time. */
  begin(): void {
    this.fire('begin');
  }

  /** Takes a response the layer matched to this transaction. */
  receive(response: SipResponse): void {
    const { statusCode } = response;
    this.fire(statusCode < 200 ? '1xx' : statusCode < 300 ? '2xx' : '3xx-6xx', response);
  }

  protected transmit(): void {
    this.output(this.request);
  }

  protected acknowledge(response: SipResponse): void {
    if (this.acknowledged) {
      this.output(undefined);
      return;
    }
    if (this.request === undefined) return;
    this.acknowledged = true;
    const ack = createAck(this.request, response);
    this.bytes = serializeMessage(ack);
    this.output(ack);
  }

  protected deliver(response: SipResponse): void {
    const { user, state } = this;
    if (state === 'completed') this.user = NOBODY;
    if (state === 'accepted' || (state === 'completed' && !this.acknowledged)) {
      this.bytes = undefined;
    }
    if (response.statusCode >= 200) this.request = undefined;
    user.onResponse(response);
  }

  /** Has somebody else hear what still comes, such as one who keeps less than the first. */
  passTo(user: ClientTransactionUser): void {
    if (this.state === 'accepted') this.user = user;
  }

  protected fail(cause: 'timeout' | 'transport'): void {
    this.user.onFailure(cause);
  }

  protected terminated(): void {
    this.onTerminated(this);
  }

  private output(message: SipRequest | undefined): void {
    const { bytes } = this;
    if (bytes === undefined) return;
    this.send(message, bytes, this.hop, () => this.fire('transportError'));
  }
}
