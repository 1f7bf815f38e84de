import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@trunkline/platform/log.ts';
import { traceFrom } from '@trunkline/platform/telemetry.ts';
import { afterEach, expect, test } from 'vitest';
import { createGateway, type GatewayOptions } from './gateway.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** An answer of this type that says `first`, and `second` a while after the gateway's time is over. */
async function through(contentType: string, options: Partial<GatewayOptions>): Promise<string> {
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': contentType });
    response.write('first');
    const later = setTimeout(() => response.end(' second'), 400);
    response.on('close', () => clearTimeout(later));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const gateway = createGateway({
    controlPlaneUrl: `http://127.0.0.1:${port}`,
    publicUrl: 'http://localhost:8080',
    logger: createLogger({ name: 'test', level: 'error', write: () => undefined }),
    timeoutMs: 150,
    ...options,
  });
  const answer = await gateway(new Request('http://localhost:8080/v1/x'), {
    clientAddress: '192.0.2.1',
    trace: traceFrom(undefined),
  });
  return answer.text();
}

test('LIN-021 a live view is not cut off with the time of a request', async () => {
  expect(await through('text/event-stream; charset=utf-8', {})).toBe('first second');
});

test('LIN-021 but it is after a time of its own', async () => {
  await expect(through('text/event-stream', { liveMs: 150 })).rejects.toThrow();
});

test('other answers are cut off', async () => {
  await expect(through('application/json', {})).rejects.toThrow();
});
