import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EdgeRig, issuer, startEdgeRig } from './testing/edge-rig.ts';
import { eventually } from './testing/eventually.ts';
import { openRealtime } from './testing/realtime-client.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
let rig: EdgeRig;

beforeAll(async () => {
  rig = await startEdgeRig();
});
afterAll(() => rig.stop());

/** Starts the edge as the process it is, and waits until it reports. */
async function start(): Promise<{
  child: ChildProcess;
  url: string;
  ended: Promise<number | null>;
}> {
  const child = fork(main, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH ?? '',
      TRUNKLINE_DATA: rig.dataDir,
      TRUNKLINE_PORT: '0',
      TRUNKLINE_PUBLIC_URL: issuer,
      TRUNKLINE_CONTROL_PLANE_URL: rig.control.url,
      TRUNKLINE_DATABASE_URL_APP: rig.database.urls.app,
      TRUNKLINE_DATABASE_URL_ROUTER: rig.database.urls.router,
      TRUNKLINE_LOG_LEVEL: 'error',
    },
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = await new Promise<{ type: string; port: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { type: string; port: number }));
    child.once('exit', (code) => reject(new Error(`ended with ${code}`)));
  });
  expect(ready.type).toBe('ready');
  return { child, url: `http://127.0.0.1:${ready.port}`, ended };
}

test('reports ready with its port, serves, and ends in order on SIGTERM', async () => {
  const { child, url, ended } = await start();
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const user = await rig.user(await rig.tenant(), 'Anna');
  const client = await openRealtime(url, await rig.token(user));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  await eventually(() => expect(client.closed).toEqual({ code: 1012 }));
});

test('ends when its supervisor is gone', async () => {
  const { child, ended } = await start();
  child.disconnect();
  expect(await ended).toBe(0);
});
