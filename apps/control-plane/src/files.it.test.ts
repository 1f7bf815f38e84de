import { newId } from '@trunkline/contracts/ids.ts';
import { ingestEvents } from '@trunkline/services/ingest/ingest-events.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { maxBodyBytes } from './http/body-limit.ts';
import {
  type Furniture,
  startTestPlane,
  type TestPlane,
  type TestTenant,
} from './node/testing/test-plane.ts';

let plane: TestPlane;
let home: TestTenant;
let things: Furniture;

beforeAll(async () => {
  plane = await startTestPlane();
  home = await plane.tenant();
  things = await home.furnish();
});
afterAll(() => plane[Symbol.asyncDispose]());

/** Bytes to and from the API, as the partner inside the tenant. */
const raw = (method: string, path: string, init: RequestInit & { key?: string } = {}) =>
  fetch(new URL(path, plane.url), {
    method,
    ...(init.body && { body: init.body }),
    headers: {
      authorization: `Bearer ${plane.partnerKey}`,
      'trunkline-tenant': home.tenant.id,
      ...(method === 'POST' && { 'idempotency-key': init.key ?? newId('request') }),
      ...(init.body && { 'content-type': 'text/csv' }),
    },
    signal: AbortSignal.timeout(20_000),
  });
const lines = () => `/v1/line-groups/${things.lineGroup.id}/lines`;

test('LIN-058 a file in Windows-1252 arrives as its bytes are; two of them are two requests', async () => {
  const key = newId('request');
  const file = (name: string) => Buffer.from(`30,${name},,\n`, 'latin1');
  const first = await raw('POST', `${lines()}/import`, { body: file('gr.n'), key });
  expect(first.status).toBe(200);
  expect(await first.json()).toMatchObject({ added: 1, failed: 0 });
  const again = await raw('POST', `${lines()}/import`, { body: file('gr.n'), key });
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  // Both would be the same text if they were read as UTF-8.
  const bytes = (last: number) => Uint8Array.from([...Buffer.from('31,,x'), last, 0x0a]);
  const other = newId('request');
  expect((await raw('POST', `${lines()}/import`, { body: bytes(0xe4), key: other })).status).toBe(
    200,
  );
  const reused = await raw('POST', `${lines()}/import`, { body: bytes(0xf6), key: other });
  expect([reused.status, ((await reused.json()) as { code: string }).code]).toEqual([
    422,
    'idempotency_key_reused',
  ]);
});

test('LIN-060 the export is a file to keep', async () => {
  const answer = await raw('GET', `${lines()}/export?onlyActive=true`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="lines.csv"');
  expect(await answer.text()).toContain('20,,,\r\n');
  const wrong = await raw('GET', `${lines()}/export?onlyActive=perhaps`);
  expect(wrong.status).toBe(400);
});

test('a file that is too large or no text is refused', async () => {
  const code = async (body: Uint8Array<ArrayBuffer>) => {
    const answer = await raw('POST', `${lines()}/import`, { body });
    return [answer.status, ((await answer.json()) as { code: string }).code];
  };
  expect(await code(new Uint8Array(maxBodyBytes + 1).fill(0x31))).toEqual([
    413,
    'payload_too_large',
  ]);
  expect(await code(new Uint8Array(10))).toEqual([400, 'file_unreadable']);
});

test('LIN-099 LIN-100 a capture is downloaded as pcapng under its name, credentials masked', async () => {
  const text =
    'REGISTER sip:pbx SIP/2.0\r\nAuthorization: Digest username="20", response="0123456789abcdef0123456789abcdef"\r\n\r\n';
  await ingestEvents(plane.platform, plane.node.id as never, [
    {
      id: newId('event'),
      tenant: home.tenant.id,
      call: null,
      node: plane.node.id,
      bootEpoch: 2,
      seq: 1,
      occurredAt: '2026-11-23T09:00:00.000Z',
      schema: 1,
      type: 'capture.packet',
      data: {
        captureId: things.capture.id,
        direction: 'out',
        transport: 'tls',
        local: { address: '198.51.100.7', port: 5061 },
        remote: { address: '2001:db8::1', port: 5061 },
        bytes: Buffer.from(text).toString('base64'),
      },
    },
  ]);
  const answer = await raw('GET', `/v1/captures/${things.capture.id}/download`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/vnd.tcpdump.pcap');
  expect(answer.headers.get('content-disposition')).toMatch(
    /^attachment; filename="sipav_[0-9]{8}_[0-9]{6}\.pcapng"$/,
  );
  const file = Buffer.from(await answer.arrayBuffer());
  expect(file.readUInt32LE(0)).toBe(0x0a0d0d0a);
  expect(file.includes('REGISTER sip:pbx')).toBe(true);
  expect(file.includes('0123456789abcdef0123456789abcdef')).toBe(false);
});

test('LIN-003 the templates are one page for anybody who may read lines', async () => {
  const { items, nextCursor } = await plane.partner.ok('GET', '/v1/pbx-templates');
  expect(items.length).toBeGreaterThanOrEqual(8);
  expect(nextCursor).toBeNull();
  const admin = await home.admin();
  expect((await admin.call('GET', '/v1/pbx-templates')).status).toBe(200);
});
