import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { linkSubprotocol, maxLinkFrame } from '@trunkline/contracts/link.ts';
import { maxRealtimeFrame, realtimeSubprotocol } from '@trunkline/contracts/realtime.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import { WebSocketServer } from 'ws';
import type { Hub } from '../hub/hub.ts';
import type { HubSocket } from '../hub/ports.ts';
import { batchedSocket, createWriteBatch } from './batched-socket.ts';
import { type ConnectionLimits, createConnectionLimits } from './connection-limits.ts';

export interface WebSocketOptions {
  hub: Hub;
  addressOf: (request: IncomingMessage) => string;
  origins: ReadonlySet<string>;
  clock: Clock;
  logger: Logger;
  /** Sockets one client address may have open. */
  perAddress?: number;
}

interface Endpoint {
  server: WebSocketServer;
  subprotocol: string;
  limits: ConnectionLimits;
  open(socket: HubSocket): { receive(text: string): void; closed(code: number): void };
}

function refuse(stream: Duplex, status: string): void {
  // The peer may be gone already; there is nobody to tell then.
  stream.on('error', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** Serves `/v1/realtime` and `/v1/node-link` on an HTTP server. */
export function serveWebSockets(server: Server, options: WebSocketOptions): { close(): void } {
  const { hub, addressOf, origins, clock, logger, perAddress = 2000 } = options;
  const batch = createWriteBatch();
  const socketServer = (subprotocol: string, maxPayload: number) =>
    new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload,
      handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    });
  const endpoints = new Map<string, Endpoint>([
    [
      '/v1/realtime',
      {
        server: socketServer(realtimeSubprotocol, maxRealtimeFrame),
        subprotocol: realtimeSubprotocol,
        limits: createConnectionLimits({ perAddress, burst: perAddress, perSecond: 200, clock }),
        open: (socket) => hub.openClient(socket),
      },
    ],
    [
      '/v1/node-link',
      {
        server: socketServer(linkSubprotocol, maxLinkFrame),
        subprotocol: linkSubprotocol,
        limits: createConnectionLimits({ perAddress: 50, burst: 50, perSecond: 5, clock }),
        open: (socket) => hub.openNode(socket),
      },
    ],
  ]);

  function offers(request: IncomingMessage, subprotocol: string): boolean {
    const offered = request.headers['sec-websocket-protocol'] ?? '';
    return offered.split(',').some((name) => name.trim() === subprotocol);
  }

  const onUpgrade = (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const endpoint = endpoints.get((request.url ?? '').split('?')[0] ?? '');
    if (!endpoint) return refuse(stream, '404 Not Found');
    const { origin } = request.headers;
    if (origin !== undefined && !origins.has(origin)) return refuse(stream, '403 Forbidden');
    if (!offers(request, endpoint.subprotocol)) return refuse(stream, '400 Bad Request');
    const address = addressOf(request);
    const leave = endpoint.limits.enter(address);
    if (!leave) {
      logger.warn({ address }, 'too many sockets of one address');
      return refuse(stream, '429 Too Many Requests');
    }
    stream.once('close', leave);
    endpoint.server.handleUpgrade(request, stream, head, (socket) => {
      const connection = endpoint.open(batchedSocket(socket, stream, batch));
      socket.on('message', (data, isBinary) => {
        // Our protocols are text; an unparsable frame ends the socket with a word of why.
        connection.receive(isBinary ? '' : data.toString());
      });
      socket.on('close', (code) => connection.closed(code));
      socket.on('error', (error) => logger.debug({ err: error }, 'socket error'));
    });
  };
  server.on('upgrade', onUpgrade);
  return {
    close: () => {
      server.off('upgrade', onUpgrade);
    },
  };
}
