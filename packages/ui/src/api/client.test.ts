import { expect, test } from 'vitest';
import { createApi } from './client.ts';
import type { Fetch } from './fetch-json.ts';
import { fileNameOf } from './fetch-json.ts';
import type { Session } from './session.ts';

const session = {
  accessToken: () => Promise.resolve('token'),
  refresh: () => Promise.resolve('fresh'),
} as unknown as Session;

test.each([
  ['attachment; filename="sipav_2026.pcapng"', 'sipav_2026.pcapng'],
  ['attachment; filename=lines.csv', 'lines.csv'],
  ['attachment; filename="../../etc/passwd"', 'passwd'],
  ['attachment', 'download'],
  [null, 'download'],
])('the file of %s is called %s', (header, name) => {
  expect(fileNameOf(header)).toBe(name);
});

test('a download brings the bytes and the name the service gives them', async () => {
  const fetch: Fetch = () =>
    Promise.resolve(
      new Response('20,,,\r\n', {
        headers: { 'content-disposition': 'attachment; filename="lines.csv"' },
      }),
    );
  const file = await createApi(session, fetch).download('/v1/x', { query: { onlyActive: true } });
  expect(file.fileName).toBe('lines.csv');
  expect(await file.blob.text()).toBe('20,,,\r\n');
});

test('a download that is refused throws the code of the problem document', async () => {
  const fetch: Fetch = () =>
    Promise.resolve(Response.json({ code: 'not_found', title: 'x', status: 404 }, { status: 404 }));
  await expect(createApi(session, fetch).download('/v1/x')).rejects.toMatchObject({
    code: 'not_found',
    status: 404,
  });
});

test('an upload sends the text as it is, once more with a fresh token and the same key', async () => {
  const seen: { body: unknown; headers: Record<string, string> }[] = [];
  const fetch: Fetch = (_path, init) => {
    seen.push({ body: init.body, headers: init.headers as Record<string, string> });
    return Promise.resolve(
      seen.length === 1
        ? Response.json({ code: 'session_expired' }, { status: 401 })
        : Response.json({ added: 1 }),
    );
  };
  const answer = await createApi(session, fetch).upload('/v1/x', '20,,geheim,', 'text/csv');
  expect(answer).toEqual({ added: 1 });
  const [first, second] = seen;
  expect(second?.body).toBe('20,,geheim,');
  expect(second?.headers['content-type']).toBe('text/csv');
  expect(second?.headers.authorization).toBe('Bearer fresh');
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
});
