import type { NodeEventData, NodeEventType } from '@trunkline/contracts/call-events.ts';
import { type CallId, newId } from '@trunkline/contracts/ids.ts';
import type { LineSipEvent } from '@trunkline/contracts/sip-events.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dial, helloOf, type LinkPeer } from './node/testing/link-peer.ts';
import {
  type Furniture,
  startTestPlane,
  type TestPlane,
  type TestTenant,
} from './node/testing/test-plane.ts';

let plane: TestPlane;
let home: TestTenant;
let things: Furniture;
let node: LinkPeer;

beforeAll(async () => {
  plane = await startTestPlane();
  home = await plane.tenant();
  things = await home.furnish();
  node = await dial(plane.port, await helloOf(plane.node));
  await node.next('welcome');
});
afterAll(async () => {
  node.close();
  await plane[Symbol.asyncDispose]();
});

let seq = 0;
function report<T extends NodeEventType>(type: T, data: NodeEventData<T>, call: CallId | null) {
  seq += 1;
  const occurredAt = new Date(plane.clock.now().getTime() + 1_000).toISOString();
  const envelope = { id: newId('event'), tenant: home.tenant.id, call, node: plane.node.id };
  const event = {
    ...envelope,
    bootEpoch: 1_900_000_000_000,
    seq,
    occurredAt,
    schema: 1,
    type,
    data,
  };
  node.send({ t: 'events', events: [event] });
}
const message = (startLine: string) =>
  ({ direction: 'out', startLine, cseq: '1 REGISTER', peer: '192.0.2.1:5060' }) as const;

function call(isPrivate: boolean): CallId {
  const callId = newId('call');
  const remote = { number: null, display: '', name: null, userId: null };
  report(
    'call.started',
    {
      direction: 'outgoing',
      lineId: things.line.id,
      lineGroupId: things.lineGroup.id,
      ...{ lineNumber: '20', localNumber: null, userIds: [things.user.id], remote },
      ...{ dialled: null, emergency: false, private: isPrivate, journal: true },
      ...{ sipCallId: 'x', diversions: [] },
    },
    callId,
  );
  return callId;
}

const path = () => `/v1/lines/${things.line.id}/sip-events`;
const open = (signal: AbortSignal, lineId = path()) =>
  fetch(`${plane.url}${lineId}`, {
    headers: { authorization: `Bearer ${plane.partnerKey}`, 'trunkline-tenant': home.tenant.id },
    signal,
  });

test('LIN-021 the SIP messages of a line are shown as they come, of it alone', async () => {
  const stop = new AbortController();
  const answer = await open(stop.signal);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const asked = await node.next('line.watch');
  expect(asked.lineId).toBe(things.line.id);
  expect(Date.parse(asked.until) - plane.clock.now().getTime()).toBeLessThanOrEqual(600_000);

  report(
    'line.sip',
    { lineId: newId('line'), ...message('REGISTER sip:other SIP/2.0'), text: '' },
    null,
  );
  report(
    'line.sip',
    { lineId: things.line.id, ...message('REGISTER sip:pbx SIP/2.0'), text: 'T' },
    null,
  );
  const secret = call(true);
  report('sip.message', { ...message('INVITE sip:xx@pbx SIP/2.0'), leg: 'rtp' }, secret);
  const talk = call(false);
  report('sip.message', { ...message('INVITE sip:xxxx99@pbx SIP/2.0'), leg: 'rtp' }, talk);

  const seen: LineSipEvent[] = [];
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (const [, data = ''] of text.matchAll(/^data: (.*)\n\n/gm)) seen.push(JSON.parse(data));
    text = text.slice(text.lastIndexOf('\n\n') + 2);
    if (seen.length >= 2) break;
  }
  stop.abort();
  expect(seen.map(({ callId, startLine, text: whole }) => [callId, startLine, whole])).toEqual([
    [null, 'REGISTER sip:pbx SIP/2.0', 'T'],
    [talk, 'INVITE sip:xxxx99@pbx SIP/2.0', null],
  ]);
});

test('LIN-021 only who may read calls watches, and it is noted', async () => {
  const user = await home.api.ok('POST', '/v1/users', {
    userName: 'plain',
    displayName: 'Plain User',
    password: 'correct horse battery',
  });
  expect(user.userName).toBe('plain');
  const plain = plane.as((await plane.signIn(home.tenant, 'plain')).accessToken);
  expect((await plain.call('GET', path())).status).toBe(403);
  const [row] = await plane.platform.handles.app.sql.begin(async (sql) => {
    await sql`select set_config('app.tenant_id', ${home.tenant.id}, true)`;
    return sql`select count(*)::int as n from tenant.audit where action = 'line.watch_sip'
      and target_id = ${things.line.id}`;
  });
  expect(row?.n).toBe(1);
});
