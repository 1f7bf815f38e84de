import { type HeaderField, Headers, sharedLine } from './headers.ts';
import { type SipRequest, SipResponse } from './message.ts';
import { ParseError } from './parse-error.ts';
import { reasonPhrase } from './status.ts';

export interface ResponseOptions {
  reasonPhrase?: string;
  /** Added to To when the request's To has none. */
  toTag?: string;
  headers?: readonly HeaderField[];
  body?: string;
  contentType?: string;
}

/** UTF-8 bytes of a body. */
export function encodeBody(body: string): Uint8Array {
  return Buffer.from(body, 'utf8');
}

const SDP = 'application/sdp';
/** Content-Type of a session description. */
export const SDP_CONTENT_TYPE = sharedLine('Content-Type', SDP);

/**
 * A response to a request (RFC 3261 §8.2.6.2): Via, From, To, Call-ID and CSeq are copied, To gets
 * the local tag (never in a 100), Record-Route is copied where a dialog can arise (§12.1.1).
 */
export function createResponse(
  request: SipRequest,
  status: number,
  options: ResponseOptions = {},
): SipResponse {
  const headers = new Headers();
  headers.copyFrom(request.headers, 'via');
  if (request.method === 'INVITE' && status > 100 && status < 300) {
    headers.copyFrom(request.headers, 'record-route');
  }
  headers.copyFrom(request.headers, 'from');
  const to = request.headers.get('to');
  if (to !== undefined) headers.append('To', withTag(request, to, status, options.toTag));
  headers.copyFrom(request.headers, 'call-id');
  headers.copyFrom(request.headers, 'cseq');
  if (status === 100) headers.copyFrom(request.headers, 'timestamp');
  if (options.headers !== undefined) for (const field of options.headers) headers.add(field);
  const { body: text = '', contentType = SDP } = options;
  const body = text === '' ? undefined : encodeBody(text);
  if (body !== undefined) {
    headers.add(contentType === SDP ? SDP_CONTENT_TYPE : ['Content-Type', contentType]);
  }
  return new SipResponse(status, options.reasonPhrase ?? reasonPhrase(status), headers, body);
}

function withTag(request: SipRequest, to: string, status: number, tag: string | undefined): string {
  if (tag === undefined || status === 100) return to;
  try {
    return request.to.params.has('tag') ? to : `${to};tag=${tag}`;
  } catch (error) {
    // A To that cannot be read is sent back as it came: the peer is being told of the fault.
    if (error instanceof ParseError) return to;
    throw error;
  }
}
