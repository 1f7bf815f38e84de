import type { DigestCredentials } from '../digest/client.ts';
import { newTag } from '../ids.ts';
import { encodeBody, SDP_CONTENT_TYPE } from '../message/build.ts';
import { type HeaderField, Headers, sharedLine } from '../message/headers.ts';
import { SipRequest } from '../message/message.ts';
import { formatNameAddr, parseNameAddr } from '../message/name-addr.ts';
import { formatReferredBy } from '../message/referred-by.ts';
import { formatReplaces, type Replaces } from '../message/replaces.ts';
import { parseUri } from '../message/uri.ts';
import type { Target } from '../transport/target.ts';
import { ACCEPT, type Core, type ReliableProvisional, supportedLine } from './core.ts';
import { type IdentityOptions, identityHeaders } from './identity.ts';
import { type CallReason, formatReason } from './reason.ts';
import { type SessionTimerOptions, wishHeaders } from './session-timer.ts';

const MAX_FORWARDS = sharedLine('Max-Forwards', '70');
const ACCEPT_SDP = sharedLine('Accept', ACCEPT);

export interface OutgoingInviteOptions extends IdentityOptions {
  requestUri: string;
  /** name-addr or URI. */
  to: string;
  /** name-addr or URI; the tag is added. */
  from: string;
  contactUser: string;
  /** Send the INVITE there instead of to the Request-URI; no Route header is added. */
  outboundProxy?: Target;
  credentials?: DigestCredentials;
  headers?: [name: string, value: string][];
  /** SDP offer, or `''` to let the other side offer. */
  body: string;
  contentType?: string;
  /** How long the call may ring; default is timer C, three minutes. */
  ringTimeoutMs?: number;
  /** Max-Forwards, 1 … 255; default 70. A call passed on gets one less than it came with. */
  maxForwards?: number;
  /**
   * Gives the answer when the other side offers, in a reliable provisional response or the 2xx; without
   * it such a 2xx is acknowledged without an answer. A call whose offer is not answered ends.
   */
  answerOffer?: (offer: string) => string | Promise<string>;
  /** Ask for a session timer (RFC 4028); default: only when the other side does. */
  sessionTimer?: SessionTimerOptions;
  /** Default: the endpoint's. */
  reliableProvisional?: ReliableProvisional;
  /** Why the call is placed, such as a forwarding (RFC 3326). */
  reason?: CallReason;
  /** Call at the other side this one takes the place of (RFC 3891). */
  replaces?: Omit<Replaces, 'earlyOnly'> & { earlyOnly?: boolean };
  /** URI or name-addr of who asked for this call by REFER (RFC 3892). */
  referredBy?: string;
}

/**
 * The first INVITE of a call.
 *
 * @throws ParseError when an address in the options is malformed
 * @throws TypeError when a header in the options has a line break
 */
export function createInvite(
  core: Core,
  options: OutgoingInviteOptions,
  callId: string,
  seq: number,
): SipRequest {
  parseUri(options.requestUri);
  const from = parseNameAddr(options.from, 'From');
  const to = parseNameAddr(options.to, 'To');
  const params = new Map(from.params).set('tag', newTag());
  const headers = new Headers()
    .append('Via', core.newVia())
    .add(
      options.maxForwards === undefined
        ? MAX_FORWARDS
        : ['Max-Forwards', String(options.maxForwards)],
    )
    .append('From', formatNameAddr({ ...from, params }))
    .append('To', formatNameAddr(to))
    .append('Call-ID', callId)
    .append('CSeq', `${seq} INVITE`)
    .append('Contact', core.contact(options.contactUser))
    .add(core.allowLine)
    .add(ACCEPT_SDP)
    .add(core.userAgentLine);
  for (const field of extensions(core, options)) headers.add(field);
  if (options.headers !== undefined) for (const field of options.headers) headers.add(field);
  const { body, contentType = ACCEPT } = options;
  if (body !== '') {
    headers.add(contentType === ACCEPT ? SDP_CONTENT_TYPE : ['Content-Type', contentType]);
  }
  return new SipRequest('INVITE', options.requestUri, headers, encodeBody(body));
}

function extensions(core: Core, options: OutgoingInviteOptions): HeaderField[] {
  const { reason, replaces, referredBy } = options;
  const reliable = options.reliableProvisional ?? core.reliableProvisional;
  const lines: HeaderField[] = [reliable === 'off' ? supportedLine('off') : core.supportedLine];
  if (reliable === 'required') lines.push(['Require', '100rel']);
  lines.push(...wishHeaders(options.sessionTimer), ...identityHeaders(options));
  if (reason !== undefined) lines.push(['Reason', formatReason(reason)]);
  if (replaces !== undefined) lines.push(['Replaces', formatReplaces(replaces)]);
  if (referredBy !== undefined) lines.push(['Referred-By', formatReferredBy(referredBy)]);
  return lines;
}
