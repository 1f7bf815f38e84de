import type { SipRequest, SipResponse } from '../message/message.ts';
import { tagOf } from '../message/name-addr.ts';
import { serializeMessage } from '../message/serialize.ts';
import type { Hop, Source } from '../transport/transport.ts';
import type { SendMessage } from './client-transaction.ts';
import { INVITE_SERVER, type InviteServerEvent, type InviteServerState } from './invite-server.ts';
import { mergeKey, serverKey } from './keys.ts';
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

/** One received request and our responses to it (RFC 3261 §17.2). */
export class ServerTransaction {
  readonly request: SipRequest;
  /** Where the request came from. */
  readonly source: Source;
  readonly key: string;
  readonly mergeKey: string | undefined;
  user: ServerTransactionUser = {};
  readonly hop: Hop;
  private readonly send: SendMessage;
  private readonly machine: {
    fire(event: Event, message?: SipRequest): boolean;
    readonly state: State;
    terminate(): void;
  };
  private readonly onTerminated: (transaction: ServerTransaction) => void;
  private latest: { response: SipResponse; bytes: Uint8Array } | undefined;

  constructor(
    request: SipRequest,
    source: Source,
    hop: Hop,
    context: MachineContext,
    send: SendMessage,
    onTerminated: (transaction: ServerTransaction) => void,
  ) {
    this.request = request;
    this.source = source;
    this.hop = hop;
    this.key = serverKey(request);
    this.mergeKey = mergeKey(request);
    this.send = send;
    this.onTerminated = onTerminated;
    this.machine = this.createMachine(context);
  }

  get state(): State {
    return this.machine.state;
  }

  /** Source and transport of the request. */
  get peer(): Source & Pick<Hop, 'transport'> {
    return { ...this.source, transport: this.hop.transport };
  }

  /** True once a final response was sent. */
  get answered(): boolean {
    return (this.latest?.response.statusCode ?? 0) >= 200;
  }

  /**
   * Sends a response; repeats, and ACKs of 3xx-6xx, are then handled here.
   *
   * @returns false when the state allows no such response any more (it was answered or has ended)
   */
  respond(response: SipResponse): boolean {
    const before = this.latest;
    this.latest = { response, bytes: serializeMessage(response) };
    const { statusCode } = response;
    const event = statusCode < 200 ? 'send1xx' : statusCode < 300 ? 'send2xx' : 'send3xx-6xx';
    const taken = this.machine.fire(event);
    if (!taken) this.latest = before;
    return taken;
  }

  /** Takes a repeat of the request, or the ACK of an INVITE. */
  receive(request: SipRequest): void {
    this.machine.fire(request.method === 'ACK' ? 'ack' : 'request', request);
  }

  /**
   * Whether a request whose key matched by the rules of RFC 2543 is really of this transaction: the
   * To tag of an ACK is that of our response, of a repeat that of the request (§17.2.3).
   */
  matchesToTag(request: SipRequest): boolean {
    const own = request.method === 'ACK' ? this.latest?.response : this.request;
    return own !== undefined && tagOf(request.to) === tagOf(own.to);
  }

  /** Ends it without telling the user. */
  terminate(): void {
    this.machine.terminate();
  }

  private createMachine(context: MachineContext): ServerTransaction['machine'] {
    const host = {
      transmit: () => this.transmit(),
      acknowledge: () => {},
      deliver: (ack: SipRequest) => this.user.onAck?.(ack),
      fail: (cause: 'timeout' | 'transport') => this.user.onFailure?.(cause),
      terminated: () => this.onTerminated(this),
    };
    if (this.request.method === 'INVITE') {
      const machine = new Machine(INVITE_SERVER, 'proceeding', host, context);
      return {
        fire: (event, message) => machine.fire(event as InviteServerEvent, message),
        get state() {
          return machine.state;
        },
        terminate: () => machine.terminate('terminated'),
      };
    }
    const machine = new Machine(NON_INVITE_SERVER, 'trying', host, context);
    return {
      fire: (event, message) => machine.fire(event as NonInviteServerEvent, message),
      get state() {
        return machine.state;
      },
      terminate: () => machine.terminate('terminated'),
    };
  }

  private transmit(): void {
    if (this.latest === undefined) return;
    const { response, bytes } = this.latest;
    this.send(response, bytes, this.hop, () => this.machine.fire('transportError'));
  }
}
