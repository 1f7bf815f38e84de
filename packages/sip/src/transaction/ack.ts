import { Headers } from '../message/headers.ts';
import { SipRequest, type SipResponse } from '../message/message.ts';

/** A request of the same transaction as an INVITE: same Request-URI, top Via, Call-ID, From, Route. */
function sibling(invite: SipRequest, method: 'ACK' | 'CANCEL', to: string): SipRequest {
  const headers = new Headers();
  headers.append('Via', invite.viaElements[0] ?? '');
  headers.copyFrom(invite.headers, 'route');
  headers.append('Max-Forwards', '70');
  headers.copyFrom(invite.headers, 'from');
  headers.append('To', to);
  headers.copyFrom(invite.headers, 'call-id');
  headers.append('CSeq', `${invite.cseq.seq} ${method}`);
  return new SipRequest(method, invite.uri, headers);
}

/** The ACK for a 3xx-6xx to an INVITE (RFC 3261 §17.1.1.3). */
export function createAck(invite: SipRequest, response: SipResponse): SipRequest {
  const to = response.headers.get('to') ?? invite.headers.get('to') ?? '';
  return sibling(invite, 'ACK', to);
}

/** The CANCEL for a pending INVITE (RFC 3261 §9.1). */
export function createCancel(invite: SipRequest): SipRequest {
  return sibling(invite, 'CANCEL', invite.headers.get('to') ?? '');
}
