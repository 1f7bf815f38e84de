import { expect, test } from 'vitest';
import { listenHealth } from './health.ts';

test('a live process is healthy; it is ready when nothing is missing', async () => {
  let problems = ['edge link'];
  const server = await listenHealth({ port: 0, problems: () => problems });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, await response.json()];
  };
  expect(await get('/healthz')).toEqual([200, { status: 'ok', problems: [] }]);
  expect(await get('/readyz')).toEqual([503, { status: 'unavailable', problems: ['edge link'] }]);
  problems = [];
  expect(await get('/readyz')).toEqual([200, { status: 'ok', problems: [] }]);
  expect((await get('/other'))[0]).toBe(404);
  await server.close();
});
