import type { ResponseOptions } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import { bodyParts } from '../message/multipart.ts';
import { tagOf } from '../message/name-addr.ts';
import { KNOWN_METHODS } from '../message/validate.ts';
import { ACCEPT, type Core } from './core.ts';
import { intervalTooSmall } from './session-timer.ts';

/** A refusal a user agent server gives before anybody looks at the request. */
export interface Refusal extends ResponseOptions {
  status: number;
}

const ACCEPTED_TYPES = `${ACCEPT}, multipart/mixed`;

/**
 * Checks a request in the order of RFC 3261 §8.2: method, Request-URI, extensions, content.
 *
 * @returns the refusal, or `undefined` when the request may be processed
 * @throws ParseError when a header that is looked at, or a multipart body, is malformed
 */
export function inspectRequest(
  request: SipRequest,
  core: Pick<Core, 'takes' | 'allow' | 'supportedTags' | 'minSessionExpires'>,
): Refusal | undefined {
  const { method } = request;
  if (!core.takes(method, tagOf(request.to) !== '') && method !== 'REGISTER') {
    const status = KNOWN_METHODS.has(method) ? 405 : 501;
    return { status, headers: [['Allow', core.allow]] };
  }
  const { kind } = request.requestUri;
  if (kind === 'other') return { status: 416 };
  if (method === 'CANCEL') return undefined;
  const unknown = request.headers
    .elements('require')
    .filter((tag) => !core.supportedTags.includes(tag.toLowerCase()));
  if (unknown.length > 0) {
    return { status: 420, headers: [['Unsupported', unknown.join(', ')]] };
  }
  if (method === 'REGISTER' && request.to.uri.kind === 'other') {
    return { status: 400, reasonPhrase: 'To is not an address of record' };
  }
  if (method !== 'INVITE' && method !== 'UPDATE') return undefined;
  if (intervalTooSmall(request, core.minSessionExpires)) {
    return { status: 422, headers: [['Min-SE', String(core.minSessionExpires)]] };
  }
  return inspectContent(request);
}

function inspectContent(request: SipRequest): Refusal | undefined {
  // A body that is nothing but a session description, as nearly all, need not be taken apart.
  const { headers } = request;
  const plain = headers.get('content-type') === ACCEPT && !headers.has('content-disposition');
  const strange =
    !plain &&
    bodyParts(request).some(({ contentType, required }) => contentType !== ACCEPT && required);
  if (strange) {
    return { status: 415, headers: [['Accept', ACCEPTED_TYPES]] };
  }
  const encodings = request.headers.elements('content-encoding');
  if (encodings.some((encoding) => encoding.toLowerCase() !== 'identity')) {
    return { status: 415, headers: [['Accept-Encoding', 'identity']] };
  }
  // Our answer is SDP; a caller that does not take it cannot be answered (§21.4.7).
  return request.headers.has('accept') && !acceptsSdp(request) ? { status: 406 } : undefined;
}

function acceptsSdp(request: SipRequest): boolean {
  return request.headers.elements('accept').some((element) => {
    const range = (element.split(';')[0] ?? '').trim().toLowerCase();
    return range === ACCEPT || range === 'application/*' || range === '*/*';
  });
}
