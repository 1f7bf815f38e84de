import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ControlToEdge } from '@trunkline/contracts/link.ts';
import { linkSubprotocol } from '@trunkline/contracts/link.ts';
import type { SigningKey } from '@trunkline/platform/tokens.ts';
import { type WebSocket, WebSocketServer } from 'ws';

/** A request as it arrived behind the gateway. */
export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/**
 * The control plane's side of the wire, for tests of the edge alone: serves the key set, accepts
 * the edge's link and answers every other request as the test says.
 */
export interface ControlPlanePeer {
  readonly url: string;
  readonly port: number;
  readonly seen: SeenRequest[];
  /** Links that said hello and were welcomed. */
  readonly links: WebSocket[];
  answer: Answer;
  notice(frame: ControlToEdge): void;
  stop(): Promise<void>;
}

const echo: Answer = (request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'x-hop, close' });
  response.end(JSON.stringify({ url: request.url, body: request.body.toString() }));
};

export async function startControlPlanePeer(
  keys: readonly SigningKey[],
  port = 0,
): Promise<ControlPlanePeer> {
  const seen: SeenRequest[] = [];
  const links: WebSocket[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer(async (request, response) => {
    if (request.url === '/.well-known/jwks.json') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ keys: keys.map((key) => key.publicJwk) }));
      return;
    }
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The edge gave up on the request: there is nothing to answer.
      return;
    }
    const { method = '', url = '', headers } = request;
    const arrived = { method, url, headers, body: Buffer.concat(chunks) };
    seen.push(arrived);
    peer.answer(arrived, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => linkSubprotocol,
  });
  server.on('upgrade', (request, socket, head) => {
    webSockets.handleUpgrade(request, socket, head, (link) => {
      link.once('message', () => {
        link.send(JSON.stringify({ t: 'welcome', version: 1, heartbeatSeconds: 10 }));
        links.push(link);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const peer: ControlPlanePeer = {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    seen,
    links,
    answer: echo,
    notice(frame) {
      for (const link of links) link.send(JSON.stringify(frame));
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return peer;
}
