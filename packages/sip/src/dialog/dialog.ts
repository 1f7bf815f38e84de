import { newBranch } from '../ids.ts';
import type { Contacts } from '../message/contact.ts';
import { Headers, sharedLine } from '../message/headers.ts';
import { SipRequest, type SipResponse } from '../message/message.ts';
import { type NameAddr, parseNameAddr, tagOf } from '../message/name-addr.ts';
import { ParseError } from '../message/parse-error.ts';
import { bareHost } from '../message/uri.ts';
import type { Target } from '../transport/target.ts';
import type { TransportName } from '../transport/transport.ts';

export type DialogState = 'early' | 'confirmed' | 'terminated';

/** More requests than a process sends between a snapshot and its end. */
const RESTORED_SEQUENCE_GAP = 1_000;

const MAX_FORWARDS = sharedLine('Max-Forwards', '70');

/** Key of a dialog in a table (RFC 3261 §12): Call-ID, local tag, remote tag. */
export function dialogKey(callId: string, localTag: string, remoteTag: string): string {
  return `${callId} ${localTag} ${remoteTag}`;
}

const TRANSPORTS: readonly string[] = ['udp', 'tcp', 'tls', 'ws', 'wss'] satisfies TransportName[];

/**
 * Where a request goes: its first Route, else its Request-URI (RFC 3261 §8.1.2). Over TLS only when
 * that is a `sips:` URI.
 *
 * @throws ParseError for a URI that cannot be routed
 */
export function nextHop(request: SipRequest): Target {
  const [route] = request.headers.elements('route');
  const uri = route === undefined ? request.requestUri : parseNameAddr(route, 'Route').uri;
  if (uri.kind !== 'sip') throw new ParseError('uri', 'Only SIP URIs can be routed', 416);
  const host = bareHost(uri.params.get('maddr') ?? uri.host);
  if (uri.scheme === 'sips') return { host, port: uri.port, secure: true };
  const transport = uri.params.get('transport')?.toLowerCase() ?? '';
  if (!TRANSPORTS.includes(transport)) return { host, port: uri.port };
  return { host, port: uri.port, transport: transport as TransportName };
}

/** What a dialog consists of (RFC 3261 §12); plain data, so that it can outlive the process. */
export interface DialogSnapshot {
  callId: string;
  localTag: string;
  remoteTag: string;
  /** From (or To) value of our own side, with its tag. */
  local: string;
  remote: string;
  remoteTarget: string;
  routeSet: string[];
  localSeq: number;
  remoteSeq?: number;
}

interface DialogParts extends Omit<DialogSnapshot, 'remoteSeq'> {
  remoteSeq: number | undefined;
  state: DialogState;
}

/** A peer-to-peer relation between two user agents (RFC 3261 §12). */
export class Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** In the table of dialogs. */
  readonly key: string;
  state: DialogState;
  private readonly local: string;
  private readonly remote: string;
  private target: string;
  private routeSet: readonly string[];
  private localSeq: number;
  private remoteSeq: number | undefined;

  private constructor(parts: DialogParts) {
    this.callId = parts.callId;
    this.localTag = parts.localTag;
    this.remoteTag = parts.remoteTag;
    this.local = parts.local;
    this.remote = parts.remote;
    this.target = parts.remoteTarget;
    this.routeSet = parts.routeSet;
    this.localSeq = parts.localSeq;
    this.remoteSeq = parts.remoteSeq;
    this.state = parts.state;
    this.key = dialogKey(parts.callId, parts.localTag, parts.remoteTag);
  }

  /**
   * The caller's side, from the response that creates it (§12.1.2).
   *
   * @throws ParseError when the response has no usable Contact or Record-Route
   */
  static fromResponse(request: SipRequest, response: SipResponse): Dialog {
    return new Dialog({
      callId: request.callId,
      localTag: tagOf(request.from),
      remoteTag: tagOf(response.to),
      local: request.headers.get('from') ?? '',
      remote: response.headers.get('to') ?? '',
      // A provisional response may lack Contact; until one comes the Request-URI serves.
      remoteTarget: contactOf(response.contacts)?.uriText ?? request.uri,
      routeSet: response.headers.elements('record-route').reverse(),
      localSeq: request.cseq.seq,
      remoteSeq: undefined,
      state: response.statusCode < 200 ? 'early' : 'confirmed',
    });
  }

  /**
   * The called side, from the request that creates it (§12.1.1).
   *
   * @throws ParseError when the request has no usable Contact or Record-Route
   */
  static fromRequest(request: SipRequest, localTag: string): Dialog {
    return new Dialog({
      callId: request.callId,
      localTag,
      remoteTag: tagOf(request.from),
      local: `${request.headers.get('to') ?? ''};tag=${localTag}`,
      remote: request.headers.get('from') ?? '',
      // RFC 2543 callers may send no Contact; they are reached at their From address.
      remoteTarget: contactOf(request.contacts)?.uriText ?? request.from.uriText,
      routeSet: request.headers.elements('record-route'),
      // RFC 3261 §12.2.1.1 lets the called side start anywhere.
      localSeq: 0,
      remoteSeq: request.cseq.seq,
      state: 'early',
    });
  }

  /**
   * The subscriber's side, from the NOTIFY that creates it (RFC 6665 §4.4.1).
   *
   * @param localSeq number of our latest SUBSCRIBE
   * @throws ParseError when the NOTIFY has no usable Contact or Record-Route
   */
  static fromNotify(request: SipRequest, localSeq: number): Dialog {
    return new Dialog({
      callId: request.callId,
      localTag: tagOf(request.to),
      remoteTag: tagOf(request.from),
      local: request.headers.get('to') ?? '',
      remote: request.headers.get('from') ?? '',
      remoteTarget: contactOf(request.contacts)?.uriText ?? request.from.uriText,
      routeSet: request.headers.elements('record-route'),
      localSeq,
      remoteSeq: request.cseq.seq,
      state: 'confirmed',
    });
  }

  /**
   * A confirmed dialog of an earlier process. Requests that process sent after the snapshot may
   * have used higher numbers, so the own number goes on well above it (§12.2.1.1 allows gaps).
   */
  static restore(snapshot: DialogSnapshot): Dialog {
    const { remoteSeq, localSeq, ...parts } = snapshot;
    return new Dialog({
      ...parts,
      remoteSeq,
      localSeq: localSeq + RESTORED_SEQUENCE_GAP,
      state: 'confirmed',
    });
  }

  /** The dialog as plain data, for `restore`. */
  snapshot(): DialogSnapshot {
    const snapshot: DialogSnapshot = {
      callId: this.callId,
      localTag: this.localTag,
      remoteTag: this.remoteTag,
      local: this.local,
      remote: this.remote,
      remoteTarget: this.target,
      routeSet: [...this.routeSet],
      localSeq: this.localSeq,
    };
    return this.remoteSeq === undefined ? snapshot : { ...snapshot, remoteSeq: this.remoteSeq };
  }

  /** URI of the peer's Contact. */
  get remoteTarget(): string {
    return this.target;
  }

  /**
   * Takes the 2xx that confirms an early dialog: its Record-Route and Contact replace those of the
   * provisional response (§13.2.2.4).
   *
   * @throws ParseError
   */
  confirm(response?: SipResponse): void {
    if (response !== undefined) {
      this.routeSet = response.headers.elements('record-route').reverse();
      this.refreshTarget(response.contacts);
    }
    this.state = 'confirmed';
  }

  /** Target refresh by re-INVITE or UPDATE (§12.2.1.2, §12.2.2). */
  refreshTarget(contacts: Contacts): void {
    const contact = contactOf(contacts);
    if (contact !== undefined) this.target = contact.uriText;
  }

  /**
   * Checks and takes the CSeq of a received request (§12.2.2). ACK and CANCEL do not count.
   *
   * @returns false when it is out of order and must be answered 500
   */
  acceptSequence(seq: number): boolean {
    if (this.remoteSeq !== undefined && seq <= this.remoteSeq) return false;
    this.remoteSeq = seq;
    return true;
  }

  /** Number for the next request of ours. */
  nextSequence(): number {
    this.localSeq += 1;
    return this.localSeq;
  }

  /** Raises the own number, when a request outside was repeated with a higher one (digest). */
  raiseSequence(seq: number): void {
    this.localSeq = Math.max(this.localSeq, seq);
  }

  /**
   * A request inside the dialog (§12.2.1.1), complete but for Contact and body.
   *
   * @param via sent-by part and transport, such as `SIP/2.0/UDP 192.0.2.1:5060`
   * @param seq CSeq number; ACK takes that of its INVITE
   */
  request(method: string, via: string, seq = this.nextSequence()): SipRequest {
    const headers = new Headers();
    headers.append('Via', `${via};branch=${newBranch()};rport`);
    let uri = this.target;
    let { routeSet: routes } = this;
    const [first] = routes;
    if (first !== undefined) {
      const hop = parseNameAddr(first, 'Route');
      const loose = hop.uri.kind === 'sip' && hop.uri.params.has('lr');
      if (!loose) {
        // A strict router wants itself in the Request-URI and the target at the end (§12.2.1.1).
        routes = [...routes.slice(1), `<${this.target}>`];
        uri = hop.uriText;
      }
    }
    for (const route of routes) headers.append('Route', route);
    headers.add(MAX_FORWARDS);
    headers.append('From', this.local);
    headers.append('To', this.remote);
    headers.append('Call-ID', this.callId);
    headers.append('CSeq', `${seq} ${method}`);
    return new SipRequest(method, uri, headers);
  }
}

function contactOf(contacts: Contacts): NameAddr | undefined {
  if (contacts === '*') return undefined;
  return contacts[0];
}
