import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptPort, PortInUseError, probePort } from './ports.ts';

async function occupy(port: number): Promise<() => Promise<void>> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return () => new Promise((resolve) => server.close(() => resolve()));
}

test('a busy port is told by name', async () => {
  const port = await probePort(0, '127.0.0.1');
  const free = await occupy(port);
  await expect(probePort(port, '127.0.0.1')).rejects.toThrow(PortInUseError);
  await expect(probePort(port, '127.0.0.1')).rejects.toThrow(`port ${port} on 127.0.0.1 is in use`);
  await free();
  expect(await probePort(port, '127.0.0.1')).toBe(port);
});

test('a kept port stays, until somebody else took it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-port-'));
  const file = join(folder, 'port');
  try {
    const first = await keptPort(file, 0, '127.0.0.1');
    expect(await keptPort(file, 0, '127.0.0.1')).toBe(first);
    const free = await occupy(first);
    const second = await keptPort(file, 0, '127.0.0.1');
    expect(second).not.toBe(first);
    await free();
    expect(await keptPort(file, 0, '127.0.0.1')).toBe(second);
    expect(await keptPort(file, first, '127.0.0.1')).toBe(first);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
