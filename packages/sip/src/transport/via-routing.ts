import { splitList } from '../message/list.ts';
import type { SipRequest } from '../message/message.ts';
import { bareHost } from '../message/uri.ts';
import { formatVia } from '../message/via.ts';
import type { Hop, SocketAddress, TransportName } from './transport.ts';

export const DEFAULT_PORT = 5060;

/**
 * Marks the topmost Via of a received request with where it really came from: `received` when the
 * sent-by host is another or `rport` was asked for, and the port in `rport` (RFC 3261 §18.2.1,
 * RFC 3581 §4).
 *
 * @throws ParseError when the Via is malformed
 */
export function markReceived(request: SipRequest, source: SocketAddress): void {
  const { via } = request;
  const wantsPort = via.params.has('rport');
  if (!wantsPort && bareHost(via.host) === source.address) return;
  const params = new Map(via.params);
  params.set('received', source.address);
  if (wantsPort) params.set('rport', String(source.port));
  const line = request.headers.get('via') ?? '';
  const [, ...rest] = splitList(line);
  request.headers.replaceFirst('via', [formatVia({ ...via, params }), ...rest].join(', '));
}

/**
 * Where responses to a request go: over UDP to the source address, at the source port if `rport`
 * was asked for, else at the sent-by port (RFC 3261 §18.2.2, RFC 3581 §4). `maddr` is not followed:
 * it would let a stranger send our responses anywhere.
 *
 * @throws ParseError when the Via is malformed
 */
export function responseHop(
  request: SipRequest,
  source: SocketAddress,
  transport: TransportName,
): Hop {
  const { via } = request;
  const port = via.params.has('rport') ? source.port : (via.port ?? DEFAULT_PORT);
  return { transport, address: source.address, port };
}
