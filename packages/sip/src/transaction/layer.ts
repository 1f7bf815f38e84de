import type { SipClock } from '../clock.ts';
import { createResponse } from '../message/build.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { serializeMessage } from '../message/serialize.ts';
import { hasUniqueBranch } from '../message/via.ts';
import type { Hop, Source, TransportName } from '../transport/transport.ts';
import { responseHop } from '../transport/via-routing.ts';
import {
  ClientTransaction,
  type ClientTransactionUser,
  type SendMessage,
} from './client-transaction.ts';
import { clientKey, serverKey } from './keys.ts';
import type { MachineContext } from './machine.ts';
import { ServerTransaction } from './server-transaction.ts';
import type { TimerSettings } from './timers.ts';

/** What lies above the transactions: the user agent. */
export interface TransactionUser {
  /** A new request; it must be answered through the transaction. */
  onRequest(transaction: ServerTransaction): void;
  /** An ACK that belongs to no transaction: it confirms a 2xx (§13.3.1.4). */
  onAck(ack: SipRequest, source: Source): void;
}

export interface TransactionLayerOptions {
  clock: SipClock;
  timers: TimerSettings;
  /** Most transactions at a time, client and server together. */
  maxTransactions: number;
  send: SendMessage;
  isReliable(transport: TransportName): boolean;
  user: TransactionUser;
}

/** Thrown when a request cannot be sent because the bound on transactions is reached. */
export class TooManyTransactions extends Error {
  constructor(limit: number) {
    super(`more than ${limit} SIP transactions`);
    this.name = 'TooManyTransactions';
  }
}

const RETRY_AFTER_SECONDS = 10;

/** Matches messages to transactions and creates them (RFC 3261 §17). */
export class TransactionLayer {
  private readonly options: TransactionLayerOptions;
  private readonly clients = new Map<string, ClientTransaction>();
  private readonly servers = new Map<string, ServerTransaction>();
  private readonly merged = new Map<string, ServerTransaction>();
  private readonly overReliable: MachineContext;
  private readonly overUnreliable: MachineContext;
  private closed = false;

  constructor(options: TransactionLayerOptions) {
    this.options = options;
    const { clock, timers } = options;
    this.overReliable = { clock, timers, reliable: true };
    this.overUnreliable = { clock, timers, reliable: false };
  }

  /** Transactions alive. */
  get size(): number {
    return this.clients.size + this.servers.size;
  }

  /**
   * Starts a client transaction and sends the request.
   *
   * @throws TooManyTransactions
   */
  request(request: SipRequest, hop: Hop, user: ClientTransactionUser): ClientTransaction {
    if (this.closed || this.size >= this.options.maxTransactions) {
      throw new TooManyTransactions(this.options.maxTransactions);
    }
    const transaction = new ClientTransaction(
      request,
      hop,
      this.context(hop.transport),
      this.options.send,
      user,
      this.forgetClient,
    );
    this.clients.set(transaction.key, transaction);
    transaction.begin();
    return transaction;
  }

  /**
   * Takes a validated response.
   *
   * @returns false when it belongs to no transaction; a user agent drops it (RFC 6026 §7.2)
   */
  receiveResponse(response: SipResponse): boolean {
    const transaction = this.clients.get(clientKey(response));
    transaction?.receive(response);
    return transaction !== undefined;
  }

  /** Whether a request is of a transaction that exists: a repeat, the ACK of a refusal, a CANCEL. */
  knows(request: SipRequest): boolean {
    if (this.servers.has(serverKey(request))) return true;
    return request.method === 'CANCEL' && this.findCancelled(request) !== undefined;
  }

  /** Takes a validated request whose top Via was marked with its source. */
  receiveRequest(request: SipRequest, source: Source, transport: TransportName): void {
    if (this.closed) return;
    const key = serverKey(request);
    const known = this.servers.get(key);
    if (known !== undefined && (hasUniqueBranch(request.via) || known.matchesToTag(request))) {
      known.receive(request);
      return;
    }
    if (request.method === 'ACK') {
      this.options.user.onAck(request, source);
      return;
    }
    const hop = responseHop(request, source, transport);
    if (this.size >= this.options.maxTransactions) {
      const retry = ['Retry-After', String(RETRY_AFTER_SECONDS)] as const;
      this.respondStateless(createResponse(request, 503, { headers: [retry] }), hop);
      return;
    }
    const transaction = new ServerTransaction(
      request,
      key,
      source,
      hop,
      this.context(transport),
      this.options.send,
      this.forgetServer,
    );
    this.servers.set(key, transaction);
    const { mergeKey } = transaction;
    if (mergeKey !== undefined && !this.merged.has(mergeKey)) {
      this.merged.set(mergeKey, transaction);
    }
    this.options.user.onRequest(transaction);
  }

  /** Whether another transaction has the same From tag, Call-ID and CSeq (§8.2.2.2). */
  isMerged(transaction: ServerTransaction): boolean {
    if (transaction.mergeKey === undefined) return false;
    const first = this.merged.get(transaction.mergeKey);
    return first !== undefined && first !== transaction;
  }

  /** The INVITE transaction a CANCEL means (§9.2). */
  findCancelled(cancel: SipRequest): ServerTransaction | undefined {
    return this.servers.get(serverKey(cancel, 'INVITE'));
  }

  /** Sends a response without keeping anything about it (§8.2.7). */
  respondStateless(response: SipResponse, hop: Hop): void {
    // Nobody could do anything about a failure; the sender repeats its request.
    this.options.send(response, serializeMessage(response), hop, () => {});
  }

  /** Ends every transaction without telling its user, and takes no more. */
  close(): void {
    this.closed = true;
    for (const transaction of [...this.clients.values()]) transaction.terminate();
    for (const transaction of [...this.servers.values()]) transaction.terminate();
  }

  private readonly forgetClient = ({ key }: ClientTransaction): void => {
    this.clients.delete(key);
  };

  private readonly forgetServer = (transaction: ServerTransaction): void => {
    this.servers.delete(transaction.key);
    const { mergeKey } = transaction;
    if (mergeKey !== undefined && this.merged.get(mergeKey) === transaction) {
      this.merged.delete(mergeKey);
    }
  };

  private context(transport: TransportName): MachineContext {
    return this.options.isReliable(transport) ? this.overReliable : this.overUnreliable;
  }
}
