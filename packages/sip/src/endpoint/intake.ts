import { newTag } from '../ids.ts';
import { createResponse } from '../message/build.ts';
import type { SipMessage, SipRequest } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { ParseError } from '../message/parse-error.ts';
import { validate } from '../message/validate.ts';
import type { TransactionLayer } from '../transaction/layer.ts';
import type { Hop, SipTransport, Source, TransportName } from '../transport/transport.ts';
import { markReceived, responseHop } from '../transport/via-routing.ts';
import type { Gate } from './gate.ts';

export interface IntakeOptions {
  layer: TransactionLayer;
  /** Absent: everybody is admitted. */
  gate: Gate | undefined;
  /** Whether a request belongs to a dialog of ours. */
  inDialog: (request: SipRequest) => boolean;
  /** Sees each message before it is judged; undefined when it cannot be read. */
  observe: (
    bytes: Uint8Array,
    message: SipMessage | undefined,
    from: Source,
    transport: SipTransport,
  ) => void;
}

/** Takes what the transports received: door, parser, checks, and on to the transactions. */
export class Intake {
  private readonly layer: TransactionLayer;
  private readonly gate: Gate | undefined;
  private readonly options: IntakeOptions;

  constructor(options: IntakeOptions) {
    this.layer = options.layer;
    this.gate = options.gate;
    this.options = options;
  }

  /** Takes one whole message. */
  receive(bytes: Uint8Array, from: Source, transport: SipTransport): void {
    if (this.gate?.welcome(from.address) === false) return;
    let message: SipMessage | undefined;
    try {
      message = parseMessage(bytes);
      validate(message);
      if (message.kind === 'request') markReceived(message, from);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      this.options.observe(bytes, message ?? error.partial, from, transport);
      this.onMalformed(error, message?.kind === 'response', from, transport.name);
      return;
    }
    this.options.observe(bytes, message, from, transport);
    if (message.kind === 'response') {
      // More than one Via: it was meant for somebody else (§8.1.3.3).
      if (message.hasOneVia) this.layer.receiveResponse(message);
      return;
    }
    if (!this.admits(message, bytes.byteLength, from, transport)) return;
    if (from.connection !== undefined) this.welcomeConnection(message, from, transport);
    this.layer.receiveRequest(message, from, transport.name);
  }

  /**
   * What belongs to something we have is let through wherever it comes from: branches and tags cannot
   * be guessed. Anything else is the admission's to decide.
   */
  private admits(
    request: SipRequest,
    length: number,
    from: Source,
    transport: SipTransport,
  ): boolean {
    const { gate } = this;
    if (gate === undefined) return true;
    if (this.layer.knows(request) || this.options.inDialog(request)) return true;
    // An ACK that confirms nothing gets no answer, so nobody needs to judge it.
    if (request.method === 'ACK') return false;
    const verdict = gate.admit(from, transport.name, request);
    if (verdict === 'accept') return true;
    const refusal = verdict === 'refuse' ? gate.refusal(from, request, length) : undefined;
    if (refusal !== undefined) {
      this.layer.respondStateless(refusal, responseHop(request, from, transport.name));
    }
    return false;
  }

  /** The peer of a connection has shown that it belongs here. */
  private welcomeConnection(request: SipRequest, from: Source, transport: SipTransport): void {
    const { connection } = from;
    if (connection === undefined) return;
    transport.vouch?.(connection);
    const { params, port } = request.via;
    if (params.has('alias')) transport.alias?.(connection, port ?? 5061);
  }

  /** Answers a request that cannot be read, where that is possible at all (§8.2.7, §18.3). */
  private onMalformed(
    error: ParseError,
    isResponse: boolean,
    from: Source,
    transport: TransportName,
  ): void {
    const { gate } = this;
    if (gate !== undefined) {
      const known = gate.trusts(from.address);
      gate.malformed(from.address);
      if (!known) return;
    }
    const request = error.partial;
    if (isResponse || request === undefined || request.method === 'ACK') return;
    if (!request.headers.has('via')) return;
    const reasonPhrase = error.message;
    const response = createResponse(request, error.status, { toTag: newTag(), reasonPhrase });
    let hop: Hop;
    try {
      hop = responseHop(request, from, transport);
    } catch (viaError) {
      if (!(viaError instanceof ParseError)) throw viaError;
      // The Via is the fault: the source address is all there is.
      hop = { ...from, transport };
    }
    this.layer.respondStateless(response, hop);
  }
}
