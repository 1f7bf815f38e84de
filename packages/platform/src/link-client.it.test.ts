import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from './clock.ts';
import { signLinkAssertion, verifyLinkAssertion } from './link-assertion.ts';
import { connectLink } from './link-client.ts';
import { createLogger } from './log.ts';
import { makeIdentity } from './node/identity-file.ts';

const quiet = createLogger({ name: 'test', level: 'error', write: () => undefined });

function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const guard = setTimeout(() => reject(new Error('condition never held')), 15_000);
    const poll = setInterval(() => {
      if (!condition()) return;
      clearInterval(poll);
      clearTimeout(guard);
      resolve();
    }, 5);
  });
}

test('a link proves who dials, carries frames both ways and redials after a cut', async () => {
  const identity = await makeIdentity('node');
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const sockets: WebSocket[] = [];
  const heard: unknown[] = [];
  server.on('connection', (socket) => {
    sockets.push(socket);
    socket.once('message', async (data) => {
      const hello = JSON.parse(String(data));
      await verifyLinkAssertion(hello.assertion, identity.signing.publicJwk, {
        id: identity.id,
        audience: 'edge',
        clock: systemClock,
      });
      socket.on('message', (frame) => heard.push(JSON.parse(String(frame))));
      socket.send(JSON.stringify({ t: 'welcome', version: 1, heartbeatSeconds: 10 }));
      socket.send(JSON.stringify({ t: 'greeting' }));
    });
  });
  const frames: unknown[] = [];
  const ups: number[] = [];
  let downs = 0;
  const link = connectLink({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hello: async () => ({
      t: 'hello',
      version: 1,
      role: 'node',
      id: identity.id,
      bootEpoch: 1,
      capabilities: [],
      assertion: await signLinkAssertion({
        id: identity.id,
        audience: 'edge',
        privateJwk: identity.signing.privateJwk,
        clock: systemClock,
      }),
    }),
    onWelcome: () => ups.push(1),
    onFrame: (frame) => frames.push(frame),
    onDown: () => downs++,
    logger: quiet,
    clock: systemClock,
  });
  try {
    await until(() => frames.length === 1);
    expect(link.send({ t: 'x' })).toBe(true);
    await until(() => heard.length === 1);
    sockets[0]?.terminate();
    await until(() => downs === 1);
    expect(link.send({ t: 'lost' })).toBe(false);
    await until(() => ups.length === 2);
    expect(frames.length).toBeGreaterThanOrEqual(1);
  } finally {
    link.close();
    server.close();
    for (const socket of sockets) socket.terminate();
  }
});
