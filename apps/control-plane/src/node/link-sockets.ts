import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { linkSubprotocol, maxLinkFrame } from '@trunkline/contracts/link.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import type { LinkServer } from '../link/link-server.ts';

/** A socket that did not finish its closing handshake by then is cut, milliseconds. */
const closeMs = 2_000;

function refuse(stream: Duplex, status: string): void {
  // The peer may be gone already; there is nobody to tell then.
  stream.on('error', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function offers(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((name) => name.trim() === linkSubprotocol);
}

/** Serves `/v1/link` to nodes and edges; browsers (they send `Origin`) have no business there. */
export function serveLinkSockets(
  server: Server,
  links: LinkServer,
  log: Logger,
): { close(): void } {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxLinkFrame,
    handleProtocols: (offered) => (offered.has(linkSubprotocol) ? linkSubprotocol : false),
  });
  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if ((request.url ?? '').split('?')[0] !== '/v1/link') return refuse(stream, '404 Not Found');
    if (request.headers.origin !== undefined) return refuse(stream, '403 Forbidden');
    if (!offers(request)) return refuse(stream, '400 Bad Request');
    sockets.handleUpgrade(request, stream, head, (socket) => connect(socket, links, log));
  };
  server.on('upgrade', onUpgrade);
  return { close: () => void server.off('upgrade', onUpgrade) };
}

function connect(socket: WebSocket, links: LinkServer, log: Logger): void {
  const connection = links.accept({
    send: (text) => {
      if (socket.readyState === socket.OPEN) socket.send(text);
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close: (code, reason) => {
      socket.close(code, reason);
      // A peer that reads nothing never answers the close frame either.
      setTimeout(() => socket.terminate(), closeMs).unref();
    },
  });
  socket.on('message', (data, isBinary) => {
    if (isBinary) socket.close(1003, 'text frames only');
    else connection.message(data.toString());
  });
  socket.on('close', () => connection.closed());
  // 'close' follows and ends the session.
  socket.on('error', (error) => log.debug({ err: error }, 'link socket error'));
}
