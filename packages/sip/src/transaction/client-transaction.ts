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

/** Sends one message; `failed` is called later when the transport reports an error. */
export type SendMessage = (
  message: SipMessage,
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

/** One request and its responses (RFC 3261 §17.1). */
export class ClientTransaction {
  readonly request: SipRequest;
  readonly hop: Hop;
  readonly key: string;
  private readonly bytes: Uint8Array;
  private readonly machine: Pick<Machine<State, Event, SipResponse>, 'fire' | 'state'> & {
    terminate(): void;
  };
  private readonly send: SendMessage;
  private readonly user: ClientTransactionUser;
  private readonly onTerminated: (transaction: ClientTransaction) => void;
  private ack: { message: SipRequest; bytes: Uint8Array } | undefined;

  constructor(
    request: SipRequest,
    hop: Hop,
    context: MachineContext,
    send: SendMessage,
    user: ClientTransactionUser,
    onTerminated: (transaction: ClientTransaction) => void,
  ) {
    this.request = request;
    this.hop = hop;
    this.key = clientKey(request);
    this.bytes = serializeMessage(request);
    this.send = send;
    this.user = user;
    this.onTerminated = onTerminated;
    this.machine = this.createMachine(context);
  }

  get state(): State {
    return this.machine.state;
  }

  /** Sends the request for the first time. */
  begin(): void {
    this.machine.fire('begin');
  }

  /** Takes a response the layer matched to this transaction. */
  receive(response: SipResponse): void {
    const { statusCode } = response;
    this.machine.fire(statusCode < 200 ? '1xx' : statusCode < 300 ? '2xx' : '3xx-6xx', response);
  }

  /** Ends it without telling the user. */
  terminate(): void {
    this.machine.terminate();
  }

  private createMachine(context: MachineContext): ClientTransaction['machine'] {
    const host = {
      transmit: () => this.output(this.request, this.bytes),
      acknowledge: (response: SipResponse) => this.acknowledge(response),
      deliver: (response: SipResponse) => this.user.onResponse(response),
      fail: (cause: 'timeout' | 'transport') => this.user.onFailure(cause),
      terminated: () => this.onTerminated(this),
    };
    if (this.request.method === 'INVITE') {
      const machine = new Machine(INVITE_CLIENT, 'calling', host, context);
      return {
        fire: (event, response) => machine.fire(event as InviteClientEvent, response),
        get state() {
          return machine.state;
        },
        terminate: () => machine.terminate('terminated'),
      };
    }
    const machine = new Machine(NON_INVITE_CLIENT, 'trying', host, context);
    return {
      fire: (event, response) => machine.fire(event as NonInviteClientEvent, response),
      get state() {
        return machine.state;
      },
      terminate: () => machine.terminate('terminated'),
    };
  }

  private acknowledge(response: SipResponse): void {
    if (this.ack === undefined) {
      const message = createAck(this.request, response);
      this.ack = { message, bytes: serializeMessage(message) };
    }
    this.output(this.ack.message, this.ack.bytes);
  }

  private output(message: SipRequest, bytes: Uint8Array): void {
    this.send(message, bytes, this.hop, () => this.machine.fire('transportError'));
  }
}
