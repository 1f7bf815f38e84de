import { createServer, type Server } from 'node:http';

export interface HealthOptions {
  port: number;
  /** What stands against readiness; empty when ready. */
  problems: () => string[];
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `/healthz` (the process lives) and `/readyz` (it can take calls; 503 names what is missing) on
 * the loopback interface.
 */
export async function listenHealth(options: HealthOptions): Promise<HealthServer> {
  const server = createServer({ requestTimeout: 5000 }, (request, response) => {
    const path = request.url?.split('?')[0];
    const problems = path === '/readyz' ? options.problems() : [];
    const known = path === '/healthz' || path === '/readyz';
    const status = known ? (problems.length > 0 ? 503 : 200) : 404;
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify({ status: status === 200 ? 'ok' : 'unavailable', problems }));
  });
  server.maxConnections = 50;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return { port: portOf(server), close: () => close(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
