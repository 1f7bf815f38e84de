import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@trunkline/contracts/ids.ts';
import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EdgeRig, startEdgeRig, type TestUser } from './testing/edge-rig.ts';
import { eventually } from './testing/eventually.ts';
import { openRealtime } from './testing/realtime-client.ts';

let rig: EdgeRig;
let anna: TestUser;
let webRoot: string;

beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'trunkline-web-'));
  for (const app of ['client', 'portal']) {
    await mkdir(join(webRoot, app, 'dist', 'assets'), { recursive: true });
    await writeFile(join(webRoot, app, 'dist', 'index.html'), `<title>${app}</title>`);
  }
  rig = await startEdgeRig({ webRoot });
  anna = await rig.user(await rig.tenant(), 'Anna');
});
afterAll(async () => {
  await rig.stop();
  await rm(webRoot, { recursive: true, force: true });
});

const linked = () => eventually(() => expect(rig.control.links.length).toBeGreaterThan(0));

function entry(): JournalEntry {
  const at = '2026-11-23T09:00:00.000Z';
  return {
    id: newId('journalEntry'),
    callId: newId('call'),
    direction: 'incoming',
    result: 'missed',
    remoteNumber: null,
    remoteName: null,
    lineNumber: '20',
    startedAt: at,
    answeredAt: null,
    endedAt: at,
    durationMs: 0,
    endedBy: 'remote',
    sipCode: null,
    cause: 'cancelled',
    unanswered: true,
    seen: false,
    private: false,
    note: '',
  };
}

describe('notices of the control plane', () => {
  test('a journal entry reaches its user, a change of the directory the tenant', async () => {
    await linked();
    const ben = await rig.user(anna.tenant, 'Ben');
    const a = await openRealtime(rig.url, await rig.token(anna));
    const b = await openRealtime(rig.url, await rig.token(ben));
    const changed = entry();
    const { tenant, userId } = anna;
    rig.control.notice({ t: 'journal.changed', tenant, userId, entry: changed });
    rig.control.notice({ t: 'directory.changed', tenant });
    for (const client of [a, b])
      await eventually(() => expect(client.events('directory.changed')).toHaveLength(1));
    expect(a.events('journal.changed')).toEqual([{ entry: changed }]);
    expect(b.events('journal.changed')).toEqual([]);
    for (const client of [a, b]) client.socket.close(4001);
  });

  test('an ended sign-in loses its sockets and its token at once', async () => {
    await linked();
    const sid = newId('session');
    const token = await rig.token(anna, { sid });
    const client = await openRealtime(rig.url, token);
    expect((await rig.fetch('/v1/people', token)).status).toBe(200);
    rig.control.notice({ t: 'session.ended', tenant: anna.tenant, sessionId: sid });
    await eventually(() => expect(client.closed).toEqual({ code: 1008 }));
    expect(client.frames.at(-1)).toMatchObject({ t: 'bye', code: 'session_expired' });
    const again = await openRealtime(rig.url, token);
    expect(again.frames[0]).toMatchObject({ t: 'bye', code: 'session_expired' });
    for (const path of ['/v1/me', '/v1/people', '/v1/journal']) {
      const refused = await rig.fetch(path, token);
      expect(refused.status).toBe(401);
      expect(await refused.json()).toMatchObject({ code: 'session_expired' });
    }
  });
});

describe('the control plane is away', () => {
  test('users go on and sign on, administration says 503, and afterwards clients fetch again', async () => {
    await linked();
    const client = await openRealtime(rig.url, await rig.token(anna));
    await rig.stopControlPlane();
    const away = await rig.fetch('/v1/tenants');
    expect(away.status).toBe(503);
    expect(away.headers.get('retry-after')).toBe('2');
    expect(await away.json()).toMatchObject({ code: 'unavailable' });
    const token = await rig.token(anna);
    expect((await rig.fetch('/v1/me', token)).status).toBe(200);
    const another = await openRealtime(rig.url, token);
    expect(another.frames[0]).toMatchObject({ t: 'hello' });
    another.socket.close(4001);
    await rig.restartControlPlane();
    await eventually(() => expect(client.events('directory.changed')).toHaveLength(1));
    client.socket.close(4001);
  });

  test('a restarted edge still verifies tokens: the key set was kept', async () => {
    await rig.stopControlPlane();
    await rig.restartEdge();
    expect((await rig.fetch('/readyz')).status).toBe(200);
    expect((await rig.fetch('/v1/me', await rig.token(anna))).status).toBe(200);
    await rig.restartControlPlane();
  });
});

describe('gateway', () => {
  test('forwards method, path, query, body and what the client is', async () => {
    const { seen } = rig.control;
    const response = await rig.fetch('/v1/auth/sign-in?x=1', undefined, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': '198.51.100.1',
        cookie: 'tl_refresh=secret',
      },
      body: '{"a":1}',
    });
    expect(await response.json()).toEqual({ url: '/v1/auth/sign-in?x=1', body: '{"a":1}' });
    expect(response.headers.get('connection')).not.toContain('x-hop');
    const { headers, method } = seen.at(-1) ?? {};
    expect(method).toBe('POST');
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'localhost',
      cookie: 'tl_refresh=secret',
    });
    expect(headers?.traceparent).toMatch(
      new RegExp(`^00-${response.headers.get('trace-id')}-[0-9a-f]{16}-01$`),
    );
  });

  test('passes status, headers and every cookie back', async () => {
    rig.control.answer = (_request, response) => {
      response.setHeader('set-cookie', ['a=1; HttpOnly', 'b=2; HttpOnly']);
      response.writeHead(204);
      response.end();
    };
    const response = await rig.fetch('/v1/auth/sign-out', undefined, { method: 'POST' });
    expect(response.status).toBe(204);
    expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2; HttpOnly']);
  });

  test('streams: the first part arrives before the last was written', async () => {
    let finish = () => {};
    rig.control.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('first');
      finish = () => response.end('last');
    };
    const response = await rig.fetch('/v1/export');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('first');
    finish();
    expect((await reader?.read())?.value).toBe('last');
  });

  test.each(['/v1/link', '/v1/link/', '/v1/%6cink', '/v1/x/../link', '/v1/node-link'])(
    '%s is never forwarded',
    async (path) => {
      const before = rig.control.seen.length;
      expect((await rig.fetch(path)).status).toBe(404);
      expect(rig.control.seen).toHaveLength(before);
    },
  );

  test('large bodies are refused, announced or not', async () => {
    const body = 'x'.repeat(1024 * 1024 + 1);
    const announced = await rig.fetch('/v1/users', undefined, { method: 'POST', body });
    expect(announced.status).toBe(413);
    const unannounced = await rig.fetch('/v1/users', undefined, {
      method: 'POST',
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(unannounced.status).toBe(413);
  });
});

describe('web apps', () => {
  test.each([
    ['/', 'client'],
    ['/people/usr_x', 'client'],
    ['/portal/', 'portal'],
    ['/portal/lines', 'portal'],
  ])('%s is a page of the %s', async (path, app) => {
    const response = await rig.fetch(path);
    expect(await response.text()).toBe(`<title>${app}</title>`);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('permissions-policy')).toContain('microphone=(self)');
  });

  test('/portal leads to /portal/; what is not there is 404; writing is not allowed', async () => {
    const redirect = await rig.fetch('/portal', undefined, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([308, '/portal/']);
    expect((await rig.fetch('/assets/none.js')).status).toBe(404);
    expect((await rig.fetch('/', undefined, { method: 'POST' })).status).toBe(405);
  });
});
