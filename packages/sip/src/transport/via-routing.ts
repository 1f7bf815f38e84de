import { splitList } from '../message/list.ts';
import type { SipRequest } from '../message/message.ts';
import { bareHost } from '../message/uri.ts';
import { formatVia } from '../message/via.ts';
import type { Hop, SocketAddress, Source, TransportName } from './transport.ts';

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
 * Where responses to a request go. Over UDP: from the socket it came in by to the source address, at
 * the source port if `rport` was asked for, else at the sent-by port (RFC 3261 §18.2.2, RFC 3581 §4).
 * Over a connection: that one while it is open, else a new one to the source address at the sent-by
 * port. `maddr` is not followed: it would let a stranger send our responses anywhere.
 *
 * @throws ParseError when the Via is malformed
 */
export function responseHop(request: SipRequest, source: Source, transport: TransportName): Hop {
  const { via } = request;
  const hop: Hop = { transport, address: source.address, port: source.port };
  if (source.listener !== undefined) hop.listener = source.listener;
  if (source.connection !== undefined) hop.connection = source.connection;
  if (transport !== 'udp') hop.port = via.port ?? defaultPort(transport);
  else if (!via.params.has('rport')) hop.port = via.port ?? DEFAULT_PORT;
  if (transport === 'tls') hop.tls = { domains: [bareHost(via.host)], verify: 'full' };
  return hop;
}

/** Port a transport uses when none is written (RFC 3261 §19.1.2). */
export function defaultPort(transport: TransportName): number {
  return transport === 'tls' || transport === 'wss' ? 5061 : DEFAULT_PORT;
}
