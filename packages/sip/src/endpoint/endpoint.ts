import { type SipClock, systemClock } from '../clock.ts';
import { Dialog, type DialogSnapshot, dialogKey } from '../dialog/dialog.ts';
import type { DigestCredentials } from '../digest/client.ts';
import { nodeHash } from '../digest/node/hash.ts';
import { newTag } from '../ids.ts';
import { createResponse, type ResponseOptions } from '../message/build.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { tagOf } from '../message/name-addr.ts';
import { parseMessage } from '../message/parse.ts';
import { ParseError } from '../message/parse-error.ts';
import type { Replaces } from '../message/replaces.ts';
import type { SendMessage } from '../transaction/client-transaction.ts';
import { TransactionLayer } from '../transaction/layer.ts';
import type { ServerTransaction } from '../transaction/server-transaction.ts';
import { DEFAULT_TIMERS, type TimerSettings } from '../transaction/timers.ts';
import { isAddress } from '../transport/node-network.ts';
import type { DnsPort } from '../transport/resolver/dns.ts';
import { DnsCache } from '../transport/resolver/dns-cache.ts';
import { nodeDns } from '../transport/resolver/node-dns.ts';
import type { TlsPeer } from '../transport/tls-identity.ts';
import type { Hop, TransportListener } from '../transport/transport.ts';
import { ACCEPT, Core, type DialogUser, type ReliableProvisional } from './core.ts';
import { type EarlyOrphan, orphanBytes } from './early-orphan.ts';
import { type Admission, Gate, type GateCounters, type GateSettings } from './gate.ts';
import { IncomingCall } from './incoming-call.ts';
import type { IncomingMessage } from './incoming-message.ts';
import { IncomingRegister } from './incoming-register.ts';
import type { IncomingSubscription, SubscriptionBounds } from './incoming-subscription.ts';
import { Intake } from './intake.ts';
import { InviteUsage } from './invite-usage.ts';
import { UNHEARD } from './invite-usage-options.ts';
import { type KeepAlive, type KeepAliveOptions, startKeepAlive } from './keep-alive.ts';
import { type OutOfDialogOptions, sendOutOfDialog } from './out-of-dialog.ts';
import { OutgoingCall, type OutgoingInviteOptions } from './outgoing-call.ts';
import { Registration, type RegistrationOptions } from './registration.ts';
import { findReplacedCall, type ReplacedCall } from './replaced-call.ts';
import { Router } from './router.ts';
import { SHORTEST_SESSION_S } from './session-timer.ts';
import type { SubscribeOptions, Subscription } from './subscription.ts';
import { Subscriptions } from './subscriptions.ts';
import {
  type ListenerInfo,
  type ListenerOptions,
  type OpenTransport,
  Transports,
} from './transports.ts';
import { inspectRequest } from './uas-checks.ts';
import { type WireEvent, WireTap } from './wire-event.ts';

export interface SipEndpointOptions {
  /** Sockets to listen at and to send by; the first is told others where no other is meant. */
  listeners: readonly ListenerOptions[];
  userAgent: string;
  clock?: SipClock;
  /** Sees every message in and out. */
  onMessage?: (event: WireEvent) => void;
  /** The socket failed and nothing can be sent or received any more. */
  onBroken?: (error: Error) => void;
  /** Transactions at a time; above it requests are answered 503. Default 20,000. */
  maxTransactions?: number;
  timers?: Partial<TimerSettings>;
  /** Name resolution; default is that of the machine. Answers are cached. */
  dns?: DnsPort;
  /** 0 ≤ x < 1, for jitter; default `Math.random`. */
  random?: () => number;
  /** Reliable provisional responses (RFC 3262): never, when asked (default), or always. */
  reliableProvisional?: ReliableProvisional;
  /** Shortest session interval a peer may ask for, in seconds (RFC 4028); default 90. */
  minSessionExpires?: number;
  /**
   * Who may send requests that belong to nothing we have; default is everybody. Strangers are answered
   * at most once and shut out when they go on.
   */
  admission?: Admission;
  /**
   * Whether requests may go to an IP address; default is to any. Where they go is named by peers too, in
   * Contact, Record-Route and DNS.
   */
  mayReach?: (address: string) => boolean;
  /** Bounds of the door, when there is an `admission`. */
  gate?: Partial<GateSettings>;
  /** Opens listeners instead of binding sockets, such as on a simulated network. */
  openTransport?: OpenTransport;
}

const DEFAULT_MAX_TRANSACTIONS = 20_000;

/** A SIP user agent: places and takes calls, registers, and is registered at. */
export class SipEndpoint {
  private readonly options: SipEndpointOptions;
  private readonly clock: SipClock;
  private readonly calls = new Set<DialogOwner>();
  private readonly registrations = new Set<Registration>();
  private transports!: Transports;
  /** Absent until the listeners are open: what comes earlier is lost, as before a socket is bound. */
  private intake: Intake | undefined;
  private readonly gate: Gate | undefined;
  private readonly tap: WireTap | undefined;
  private core!: Core;
  private layer!: TransactionLayer;
  private subscriptions!: Subscriptions;
  private inviteHandler: ((call: IncomingCall) => void) | undefined;
  private registerHandler: ((request: IncomingRegister) => void) | undefined;

  private constructor(options: SipEndpointOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.tap = options.onMessage && new WireTap(this.clock, options.onMessage);
    this.gate = options.admission && new Gate(options.admission, this.clock, options.gate);
  }

  /**
   * Opens the listeners.
   *
   * @throws the socket's error (`EADDRINUSE`, …)
   */
  static async listen(options: SipEndpointOptions): Promise<SipEndpoint> {
    const endpoint = new SipEndpoint(options);
    const listener: TransportListener = {
      received: (bytes, from, transport) => endpoint.intake?.receive(bytes, from, transport),
      broken: (error) => options.onBroken?.(error),
      welcome: ({ address }) => endpoint.gate?.greet(address) ?? 'known',
      misframed: ({ address }) => endpoint.gate?.malformed(address),
      closed: (peer) => endpoint.flowLost(peer),
    };
    endpoint.attach(
      await Transports.open(options.listeners, listener, endpoint.clock, options.openTransport),
    );
    return endpoint;
  }

  /** Where others reach us, in the order the listeners were given. */
  get listeners(): readonly ListenerInfo[] {
    return this.transports.list;
  }

  /** Address others are told of the first listener. */
  get localAddress(): string {
    return (this.listeners[0] as ListenerInfo).address;
  }

  /** Port of the first listener. */
  get localPort(): number {
    return (this.listeners[0] as ListenerInfo).port;
  }

  /** Transactions alive, for metrics. */
  get transactionCount(): number {
    return this.layer.size;
  }

  /** Calls that have not ended, for metrics and draining. */
  get callCount(): number {
    return this.calls.size;
  }

  /** Takes incoming calls; without a handler they are refused with 480. */
  onInvite(handler: (call: IncomingCall) => void): void {
    this.inviteHandler = handler;
  }

  /** Takes MESSAGE requests (RFC 3428); without a handler they are refused with 405. */
  onMessageRequest(handler: (message: IncomingMessage) => void): void {
    this.core.onMessageRequest(handler);
  }

  /** Takes subscriptions (RFC 6665); without a handler they are refused with 405. */
  onSubscribe(
    handler: (subscription: IncomingSubscription) => void,
    bounds: SubscriptionBounds = {},
  ): void {
    this.subscriptions.serve(handler, bounds);
  }

  /**
   * Subscribes to the state of something and keeps that up until it ends. The SUBSCRIBE leaves after
   * the caller's turn, so handlers can still be added.
   *
   * @throws ParseError or TypeError when an address, the event or a header is malformed
   */
  subscribe(options: SubscribeOptions): Subscription {
    return this.subscriptions.subscribe(options);
  }

  /**
   * Sends a request outside any dialog, such as OPTIONS or MESSAGE, and answers challenges. Resolves
   * with its 2xx; rejects with `SessionRequestError`.
   */
  sendRequest(method: string, options: OutOfDialogOptions): Promise<SipResponse> {
    return sendOutOfDialog(this.core, method, options);
  }

  /** The call an INVITE with Replaces takes the place of, or the status to refuse it with. */
  inspectReplaces(replaces: Replaces): ReplacedCall {
    return findReplacedCall(this.core, replaces);
  }

  /** The call of ours a Replaces means; undefined when `inspectReplaces` would refuse it. */
  findReplaced(replaces: Replaces): OutgoingCall | IncomingCall | undefined {
    const found = this.inspectReplaces(replaces);
    return 'call' in found ? found.call : undefined;
  }

  /**
   * Who has to be at the other end of TLS connections made for a dialog somebody else began, or an
   * earlier process; without it whoever proves the host of the Contact or Route.
   */
  expectPeer(callId: string, tls: TlsPeer): void {
    this.core.router.expectPeer(callId, tls);
  }

  /** Keeps the way to a peer open and notices when it is gone, until it is stopped. */
  keepAlive(options: KeepAliveOptions): KeepAlive {
    return startKeepAlive(this.core, options);
  }

  /** What became of strangers since the start, for metrics; undefined without an admission. */
  get admissionCounters(): Readonly<GateCounters> | undefined {
    return this.gate?.counters;
  }

  /** Makes this endpoint a registrar; without a handler REGISTER is refused with 405. */
  onRegister(handler: (request: IncomingRegister) => void): void {
    this.registerHandler = handler;
  }

  /**
   * Places a call. The INVITE leaves after the caller's turn, so handlers can still be added.
   *
   * @throws ParseError or TypeError when an address or header in the options is malformed
   */
  invite(options: OutgoingInviteOptions): OutgoingCall {
    const call = new OutgoingCall(this.core, options);
    this.calls.add(call);
    const forget = () => void this.calls.delete(call);
    call.on('failed', forget);
    call.on('ended', forget);
    return call;
  }

  /**
   * Starts a registration and keeps it up until it is stopped.
   *
   * @throws ParseError when domain or user are malformed
   */
  register(options: RegistrationOptions): Registration {
    const registration = new Registration(this.core, options);
    this.registrations.add(registration);
    registration.on('state', ({ status }) => {
      if (status === 'unregistered') this.registrations.delete(registration);
      else this.registrations.add(registration);
    });
    return registration;
  }

  /**
   * Ends a call an earlier process left standing, with a BYE in its dialog. Settles when the BYE was
   * answered or given up.
   */
  endDialog(snapshot: DialogSnapshot, credentials?: DigestCredentials): Promise<void> {
    const usage = new InviteUsage(this.core, Dialog.restore(snapshot), {
      digest: this.core.digest(credentials),
      contact: this.core.contact(''),
      role: 'uac',
      offers: 'stable',
      sessionTimer: undefined,
      hooks: UNHEARD,
    });
    return usage.bye();
  }

  /**
   * Ends a call an earlier process left unanswered, by its CANCEL or its final response. Nobody hears
   * whether that arrived: the INVITE's own transaction is gone.
   *
   * @throws ParseError when the snapshot is none
   */
  endOrphan(orphan: EarlyOrphan): void {
    const { transport, address, port } = orphan;
    const hop: Hop = { transport, address, port };
    const message = parseMessage(orphanBytes(orphan));
    const nothing = () => {};
    if (message.kind === 'response') this.layer.respondStateless(message, hop);
    else this.layer.request(message, hop, { onResponse: nothing, onFailure: nothing });
  }

  /**
   * Ends everything without a word to the other side (hang up and unregister before): registrations
   * stop, calls report their end, transactions and timers are dropped, the socket is closed.
   */
  async close(): Promise<void> {
    for (const registration of [...this.registrations]) registration.stop();
    for (const call of [...this.calls]) call.drop();
    this.subscriptions.drop();
    this.layer.close();
    await this.transports.close();
  }

  private attach(transports: Transports): void {
    this.transports = transports;
    const send: SendMessage = (message, bytes, to, failed) => {
      this.tap?.sent(bytes, message, to, transports.localOf(to));
      if (message?.kind === 'request') this.gate?.trust(to.address);
      transports.send(bytes, to, failed);
    };
    const timers = { ...DEFAULT_TIMERS, ...this.options.timers };
    this.layer = new TransactionLayer({
      clock: this.clock,
      timers,
      maxTransactions: this.options.maxTransactions ?? DEFAULT_MAX_TRANSACTIONS,
      send,
      isReliable: (name) => transports.isReliable(name),
      user: {
        onRequest: (transaction) => this.onRequest(transaction),
        onAck: (ack) => this.findDialog(ack)?.receiveAck(ack),
      },
    });
    this.intake = new Intake({
      layer: this.layer,
      gate: this.gate,
      inDialog: (request) => this.findDialog(request) !== undefined,
      observe: (bytes, message, from, by) => this.tap?.received(bytes, message, from, by),
    });
    const random = this.options.random ?? Math.random;
    this.core = new Core({
      clock: this.clock,
      timers,
      layer: this.layer,
      send,
      hash: nodeHash,
      random,
      transports,
      router: new Router({
        clock: this.clock,
        dns: new DnsCache(this.options.dns ?? nodeDns(), this.clock),
        isAddress,
        random,
        mayReach: this.options.mayReach,
        transports: transports.kinds,
      }),
      userAgent: this.options.userAgent,
      reliableProvisional: this.options.reliableProvisional ?? 'supported',
      minSessionExpires: this.options.minSessionExpires ?? SHORTEST_SESSION_S,
    });
    this.subscriptions = new Subscriptions(this.core);
  }

  private flowLost(peer: Hop): void {
    for (const watcher of [...this.core.flowWatchers]) watcher(peer);
  }

  private findDialog(request: SipRequest): DialogUser | undefined {
    const { callId, to, from } = request;
    return this.core.dialogs.get(dialogKey(callId, tagOf(to), tagOf(from)));
  }

  private onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    let refusal: ReturnType<typeof inspectRequest>;
    try {
      refusal = inspectRequest(request, this.core);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      refusal = { status: error.status, reasonPhrase: error.message };
    }
    if (refusal !== undefined) {
      this.respond(transaction, refusal.status, refusal);
      return;
    }
    if (request.method === 'CANCEL') {
      this.onCancel(transaction);
      return;
    }
    if (tagOf(request.to) !== '') {
      const dialog =
        this.findDialog(request) ?? this.core.pending.get(`${request.callId} ${tagOf(request.to)}`);
      if (dialog === undefined) this.respond(transaction, 481);
      else dialog.receive(transaction);
      return;
    }
    if (this.layer.isMerged(transaction)) {
      this.respond(transaction, 482);
      return;
    }
    this.onNewRequest(transaction);
  }

  private onNewRequest(transaction: ServerTransaction): void {
    switch (transaction.request.method) {
      case 'INVITE':
        this.onNewInvite(transaction);
        return;
      case 'REGISTER':
        this.onNewRegister(transaction);
        return;
      case 'OPTIONS':
        this.respond(transaction, 200, {
          headers: [...this.core.capabilities, ['Accept', ACCEPT], this.core.serverLine],
        });
        return;
      case 'SUBSCRIBE':
        this.subscriptions.receive(transaction);
        return;
      case 'MESSAGE':
        this.core.receiveMessage(transaction);
        return;
      case 'REFER':
        // Whom to call for somebody is only heard inside a call.
        this.respond(transaction, 403);
        return;
      default:
        // BYE, INFO and the like exist in dialogs only.
        this.respond(transaction, 481);
    }
  }

  private onCancel(transaction: ServerTransaction): void {
    const { request } = transaction;
    const invite = this.layer.findCancelled(request);
    if (invite === undefined) {
      this.respond(transaction, 481);
      return;
    }
    // The To tag is that of the responses to the INVITE (§9.2).
    this.respond(transaction, 200, { toTag: invite.user.localTag ?? newTag() });
    if (!invite.answered) invite.user.onCancel?.(request);
  }

  private onNewInvite(transaction: ServerTransaction): void {
    transaction.respond(createResponse(transaction.request, 100));
    if (this.inviteHandler === undefined) {
      this.respond(transaction, 480);
      return;
    }
    let call: IncomingCall;
    try {
      call = new IncomingCall(this.core, transaction);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      this.respond(transaction, error.status, { reasonPhrase: error.message });
      return;
    }
    const { callId } = transaction.request;
    this.core.router.cameFrom(callId, transaction.source, transaction.peer.transport);
    this.calls.add(call);
    const forget = () => void this.calls.delete(call);
    call.on('over', forget);
    try {
      this.inviteHandler(call);
    } catch (error) {
      call.reject(500);
      throw error;
    }
  }

  private onNewRegister(transaction: ServerTransaction): void {
    if (this.registerHandler === undefined) {
      this.respond(transaction, 405, { headers: [this.core.allowLine] });
      return;
    }
    const { request } = transaction;
    const { contacts } = request;
    const star = contacts === '*' && request.headers.get('expires') !== '0';
    if (star) {
      this.respond(transaction, 400, { reasonPhrase: 'Contact "*" needs Expires 0' });
      return;
    }
    this.registerHandler(new IncomingRegister(transaction, contacts));
  }

  private respond(
    transaction: ServerTransaction,
    status: number,
    options: ResponseOptions = {},
  ): void {
    if (transaction.answered) return;
    const response = createResponse(transaction.request, status, { toTag: newTag(), ...options });
    transaction.respond(response);
  }
}

/** A call as the endpoint sees it. */
interface DialogOwner {
  drop(): void;
}
