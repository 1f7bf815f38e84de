import type { DigestCredentials } from '../digest/client.ts';
import { newCallId, newTag } from '../ids.ts';
import { encodeBody } from '../message/build.ts';
import { Headers } from '../message/headers.ts';
import { SipRequest, type SipResponse } from '../message/message.ts';
import { formatNameAddr, parseNameAddr } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';
import type { Target } from '../transport/target.ts';
import type { Core } from './core.ts';
import { Exchange } from './exchange.ts';
import { SessionRequestError } from './session-request-error.ts';

/** A request outside any dialog (RFC 3261 §8.1.1). */
export interface OutOfDialogOptions {
  requestUri: string;
  /** name-addr or URI. */
  to: string;
  /** name-addr or URI; the tag is added. */
  from: string;
  /** Send it there instead of to the Request-URI; no Route header is added. */
  outboundProxy?: Target;
  credentials?: DigestCredentials;
  headers?: readonly (readonly [name: string, value: string])[];
  body?: string;
  /** Needed with a body. */
  contentType?: string;
}

/**
 * Writes such a request.
 *
 * @throws ParseError or TypeError when an address or header is malformed
 */
export function createRequest(
  core: Core,
  method: string,
  options: OutOfDialogOptions,
  callId = newCallId(),
): SipRequest {
  parseUri(options.requestUri);
  const from = parseNameAddr(options.from, 'From');
  const to = parseNameAddr(options.to, 'To');
  const params = new Map(from.params).set('tag', newTag());
  const headers = new Headers()
    .append('Via', core.newVia())
    .append('Max-Forwards', '70')
    .append('From', formatNameAddr({ ...from, params }))
    .append('To', formatNameAddr(to))
    .append('Call-ID', callId)
    .append('CSeq', `1 ${method}`)
    .append('User-Agent', core.userAgent);
  for (const [name, value] of options.headers ?? []) headers.append(name, value);
  const { body = '', contentType } = options;
  if (body !== '') headers.append('Content-Type', contentType ?? 'text/plain');
  return new SipRequest(method, options.requestUri, headers, encodeBody(body));
}

/**
 * Sends a request outside any dialog, such as OPTIONS or MESSAGE, and answers challenges. Resolves
 * with its 2xx.
 *
 * @throws SessionRequestError when it is refused (the response says why) or not answered (408, 503)
 */
export function sendOutOfDialog(
  core: Core,
  method: string,
  options: OutOfDialogOptions,
): Promise<SipResponse> {
  return new Promise((resolve, reject) => {
    const request = createRequest(core, method, options);
    let seq = 1;
    new Exchange(core, request, core.digest(options.credentials), () => ++seq, {
      onFinal: (response) => {
        if (response.statusCode < 300) resolve(response);
        else reject(SessionRequestError.of(response));
      },
      onFailure: (cause) => reject(new SessionRequestError(cause === 'timeout' ? 408 : 503)),
    }).start(options.outboundProxy);
  });
}
