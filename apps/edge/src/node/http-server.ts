import type { IncomingMessage, Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { clientAddressOf } from '../http/client-address.ts';
import type { EdgeBindings } from '../http/context.ts';

export interface HttpServerOptions {
  fetch: (request: Request, env: EdgeBindings) => Response | Promise<Response>;
  trustedProxies: readonly string[];
}

export interface HttpServer {
  readonly server: Server;
  addressOf(request: IncomingMessage): string;
  listen(port: number, host: string): Promise<number>;
  /** Takes no more requests and waits for those under way, at most `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Node's HTTP server with bounds on time and size, behind which the app runs. */
export function createHttpServer({ fetch, trustedProxies }: HttpServerOptions): HttpServer {
  const trusted = new Set(trustedProxies);
  const addressOf = (request: IncomingMessage) =>
    clientAddressOf(
      request.socket.remoteAddress,
      request.headers['x-forwarded-for']?.toString(),
      trusted,
    );
  const server = createAdaptorServer({
    fetch: (request, env) =>
      fetch(request, { clientAddress: addressOf(env.incoming as IncomingMessage) }),
    serverOptions: {
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16 * 1024,
    },
  }) as Server;

  return {
    server,
    addressOf,
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      }),
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(force);
    },
  };
}
