import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, freePorts } from './ports.ts';

test('never hands out a port twice, and hands out ports that can be bound', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  expect(new Set(ports).size).toBe(20);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(ports[0], '127.0.0.1', resolve);
  });
  await new Promise((resolve) => server.close(resolve));
});

test('a run of ports starts even, for RTP and RTCP', async () => {
  expect((await freePorts(10)) % 2).toBe(0);
});
