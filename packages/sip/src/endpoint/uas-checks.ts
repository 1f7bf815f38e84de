import type { ResponseOptions } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import { KNOWN_METHODS } from '../message/validate.ts';
import { ACCEPT, ALLOW, USER_AGENT_METHODS } from './core.ts';

/** A refusal a user agent server gives before anybody looks at the request. */
export interface Refusal extends ResponseOptions {
  status: number;
}

/**
 * Checks a request in the order of RFC 3261 §8.2: method, Request-URI, extensions, content.
 *
 * @returns the refusal, or `undefined` when the request may be processed
 */
export function inspectRequest(request: SipRequest): Refusal | undefined {
  const { method } = request;
  if (!USER_AGENT_METHODS.includes(method) && method !== 'REGISTER') {
    const status = KNOWN_METHODS.has(method) ? 405 : 501;
    return { status, headers: [['Allow', ALLOW]] };
  }
  const { kind } = request.requestUri;
  if (kind === 'other') return { status: 416 };
  if (method === 'CANCEL') return undefined;
  const required = request.headers.elements('require');
  if (required.length > 0) {
    // No extension is supported yet, so every option tag is an unsupported one (§8.2.2.3).
    return { status: 420, headers: [['Unsupported', required.join(', ')]] };
  }
  if (method === 'REGISTER' && request.to.uri.kind === 'other') {
    return { status: 400, reasonPhrase: 'To is not an address of record' };
  }
  return method === 'INVITE' ? inspectContent(request) : undefined;
}

function inspectContent(request: SipRequest): Refusal | undefined {
  if (request.body.byteLength > 0 && request.contentType !== ACCEPT) {
    return { status: 415, headers: [['Accept', ACCEPT]] };
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
