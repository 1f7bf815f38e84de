import { Headers } from './headers.ts';
import { type SipRequest, SipResponse } from './message.ts';
import { ParseError } from './parse-error.ts';
import { reasonPhrase } from './status.ts';

export interface ResponseOptions {
  reasonPhrase?: string;
  /** Added to To when the request's To has none. */
  toTag?: string;
  headers?: readonly (readonly [name: string, value: string])[];
  body?: string;
  contentType?: string;
}

const encoder = new TextEncoder();

/** UTF-8 bytes of a body. */
export function encodeBody(body: string): Uint8Array {
  return encoder.encode(body);
}

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
  for (const [name, value] of options.headers ?? []) headers.append(name, value);
  const body = options.body === undefined ? undefined : encodeBody(options.body);
  if (body !== undefined && body.byteLength > 0) {
    headers.append('Content-Type', options.contentType ?? 'application/sdp');
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
