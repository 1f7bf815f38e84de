import type { SipMessage, SipRequest } from '../message/message.ts';
import { tagOf } from '../message/name-addr.ts';
import { hasUniqueBranch } from '../message/via.ts';

/** Key of the client transaction a response belongs to (RFC 3261 §17.1.3): branch and CSeq method. */
export function clientKey(message: SipMessage): string {
  return `${message.via.params.get('branch') ?? ''} ${message.cseq.method}`;
}

/**
 * Key of the server transaction a request belongs to (RFC 3261 §17.2.3). ACK counts as INVITE; a
 * CANCEL finds the transaction it cancels with `method` INVITE (§9.2).
 *
 * Without a unique branch the rules of RFC 2543 apply: Request-URI, From tag, Call-ID, CSeq number
 * and top Via. The To tag, which an ACK takes from the response, is compared by the layer.
 */
export function serverKey(request: SipRequest, method = request.method): string {
  const { via } = request;
  const matched = method === 'ACK' ? 'INVITE' : method;
  if (hasUniqueBranch(via)) {
    const branch = (via.params.get('branch') ?? '').toLowerCase();
    return `${branch} ${via.host}:${via.port ?? ''} ${matched}`;
  }
  const sentBy = `${via.transport} ${via.host}:${via.port ?? ''} ${via.params.get('branch') ?? ''}`;
  return `2543 ${request.uri} ${tagOf(request.from)} ${request.callId} ${request.cseq.seq} ${sentBy} ${matched}`;
}

/**
 * Key under which a request that reached us twice by different paths is noticed (§8.2.2.2): From
 * tag, Call-ID and CSeq; only for requests without a To tag.
 */
export function mergeKey(request: SipRequest): string | undefined {
  if (request.to.params.has('tag')) return undefined;
  const { seq, method } = request.cseq;
  return `${tagOf(request.from)} ${request.callId} ${seq} ${method}`;
}
