import {
  realtimeSubprotocol,
  realtimeVersion,
  type ServerFrame,
} from '@trunkline/contracts/realtime.ts';
import { afterEach, expect, test, vi } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { ApiError } from '../api/errors.ts';
import { reconnect, reconnectDelay } from './backoff.ts';
import { createRealtime, protocolVersion, type Realtime, subprotocol } from './socket.ts';

interface Peer {
  url: string;
  connections: { socket: ServerSocket; frames: Record<string, unknown>[] }[];
  server: WebSocketServer;
}

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function listen(): Promise<Peer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const connections: Peer['connections'] = [];
  server.on('connection', (socket) => {
    const connection = { socket, frames: [] as Record<string, unknown>[] };
    connections.push(connection);
    socket.on('message', (data) => connection.frames.push(JSON.parse(String(data))));
  });
  open.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { url: `ws://127.0.0.1:${port}`, connections, server };
}

function start(peer: Peer, more: Partial<Parameters<typeof createRealtime>[0]> = {}) {
  const events: [string, unknown][] = [];
  const realtime = createRealtime({
    url: peer.url,
    token: async () => 'token-1',
    renew: async () => 'token-2',
    onEvent: (type, data) => events.push([type, data]),
    ...more,
  });
  open.push(() => realtime.stop());
  return { realtime, events };
}

const until = (check: () => unknown) => vi.waitUntil(check, { timeout: 5_000, interval: 5 });
const say = (socket: ServerSocket, frame: ServerFrame) => socket.send(JSON.stringify(frame));
const hello = (more: Partial<Extract<ServerFrame, { t: 'hello' }>> = {}): ServerFrame => ({
  t: 'hello',
  version: 1,
  resumeToken: 'secret',
  resumed: false,
  seq: 0,
  heartbeatSeconds: 15,
  capabilities: [],
  ...more,
});
const event = (seq: number, reachable: boolean): ServerFrame => ({
  t: 'event',
  seq,
  type: 'telephony.reachable',
  data: { reachable },
});

async function online(peer: Peer, realtime: Realtime) {
  await until(() => peer.connections[0]?.frames[0]);
  const first = peer.connections[0];
  if (!first) throw new Error('nobody connected');
  say(first.socket, hello());
  await until(() => realtime.state.get() === 'online');
  return first;
}

test('the protocol constants are those of the contracts', () => {
  expect(protocolVersion).toBe(realtimeVersion);
  expect(subprotocol).toBe(realtimeSubprotocol);
});

test('the token travels in the first frame, never in the address', async () => {
  const peer = await listen();
  start(peer);
  await until(() => peer.connections[0]?.frames[0]);
  expect(peer.connections[0]?.frames[0]).toEqual({
    t: 'hello',
    version: 1,
    token: 'token-1',
    capabilities: [],
  });
});

test('a cut connection resumes after the last event that was handled, each event once', async () => {
  const peer = await listen();
  const { realtime, events } = start(peer, { random: () => 0 });
  const first = await online(peer, realtime);
  say(first.socket, event(1, true));
  say(first.socket, event(2, false));
  await until(() => events.length === 2);
  first.socket.terminate();
  await until(() => peer.connections[1]?.frames[0]);
  expect(peer.connections[1]?.frames[0]?.resume).toEqual({ token: 'secret', seq: 2 });
  const second = peer.connections[1]?.socket as ServerSocket;
  say(second, hello({ resumed: true, seq: 3 }));
  say(second, event(2, false));
  say(second, event(3, true));
  await until(() => events.length === 3);
  expect(events.map(([, data]) => data)).toEqual([
    { reachable: true },
    { reachable: false },
    { reachable: true },
  ]);
});

test('a gap in the numbers is never skipped: the client resumes before it', async () => {
  const peer = await listen();
  const { realtime, events } = start(peer, { random: () => 0 });
  const first = await online(peer, realtime);
  say(first.socket, event(1, true));
  say(first.socket, event(3, true));
  await until(() => peer.connections[1]?.frames[0]);
  expect(peer.connections[1]?.frames[0]?.resume).toEqual({ token: 'secret', seq: 1 });
  expect(events).toHaveLength(1);
});

test('events are acknowledged', async () => {
  const peer = await listen();
  const { realtime } = start(peer);
  const first = await online(peer, realtime);
  for (let seq = 1; seq <= 40; seq++) say(first.socket, event(seq, true));
  await until(() => first.frames.some((frame) => frame.t === 'ack'));
  expect(first.frames.find((frame) => frame.t === 'ack')).toEqual({ t: 'ack', seq: 32 });
});

test('an unanswered command is sent again after a resume, under the same id', async () => {
  const peer = await listen();
  const { realtime } = start(peer, { random: () => 0 });
  const first = await online(peer, realtime);
  say(first.socket, event(1, true));
  const result = realtime.command('call.dtmf', { callId: 'cal_x', digits: '1' });
  await until(() => first.frames.some((frame) => frame.t === 'cmd'));
  const sent = first.frames.find((frame) => frame.t === 'cmd');
  first.socket.terminate();
  await until(() => peer.connections[1]?.frames[0]);
  const second = peer.connections[1];
  if (!second) throw new Error('did not come back');
  say(second.socket, hello({ resumed: true, seq: 1 }));
  await until(() => second.frames.some((frame) => frame.t === 'cmd'));
  expect(second.frames.find((frame) => frame.t === 'cmd')).toEqual(sent);
  say(second.socket, { t: 'result', seq: 2, id: String(sent?.id), ok: true, data: {} });
  await expect(result).resolves.toEqual({});
});

test('after a lost session a sent command fails instead of dialling twice', async () => {
  const peer = await listen();
  const { realtime } = start(peer, { random: () => 0 });
  const first = await online(peer, realtime);
  say(first.socket, event(1, true));
  const result = realtime.command('call.dial', { number: '20', sdp: 'v=0 and so on' });
  const failed = expect(result).rejects.toMatchObject({ code: 'unavailable' });
  await until(() => first.frames.some((frame) => frame.t === 'cmd'));
  first.socket.terminate();
  await until(() => peer.connections[1]?.frames[0]);
  const second = peer.connections[1];
  if (!second) throw new Error('did not come back');
  say(second.socket, hello({ resumeToken: 'other' }));
  await failed;
  say(second.socket, event(1, false));
  second.socket.terminate();
  await until(() => peer.connections[2]?.frames[0]);
  expect(second.frames.filter((frame) => frame.t === 'cmd')).toEqual([]);
  expect(peer.connections[2]?.frames[0]?.resume).toEqual({ token: 'other', seq: 1 });
});

test('a refused command carries its code', async () => {
  const peer = await listen();
  const { realtime } = start(peer);
  const first = await online(peer, realtime);
  const result = realtime.command('call.dial', { number: 'x', sdp: 'v=0 and so on' });
  await until(() => first.frames.some((frame) => frame.t === 'cmd'));
  const id = String(first.frames.find((frame) => frame.t === 'cmd')?.id);
  say(first.socket, {
    t: 'result',
    seq: 1,
    id,
    ok: false,
    error: { code: 'number_invalid', title: '…' },
  });
  await expect(result).rejects.toMatchObject({ code: 'number_invalid', status: 422 });
});

test('a refused token is renewed before the next attempt', async () => {
  const peer = await listen();
  const renew = vi.fn(async () => 'token-2');
  start(peer, { renew, random: () => 0 });
  await until(() => peer.connections[0]?.frames[0]);
  const first = peer.connections[0]?.socket as ServerSocket;
  say(first, { t: 'bye', code: 'unauthenticated', title: '…' });
  first.close();
  await until(() => peer.connections[1]?.frames[0]);
  expect(renew).toHaveBeenCalledWith('token-1');
  expect(peer.connections[1]?.frames[0]?.token).toBe('token-2');
});

test('when the session has ended the client stops and its commands fail', async () => {
  const peer = await listen();
  const { realtime } = start(peer, {
    token: async () => {
      throw new ApiError('session_expired');
    },
  });
  await until(() => realtime.state.get() === 'stopped');
  await expect(realtime.command('call.hangup', { callId: 'cal_x' })).rejects.toMatchObject({
    code: 'unavailable',
  });
});

test('a renewed token is told to the service', async () => {
  const peer = await listen();
  const { realtime } = start(peer);
  const first = await online(peer, realtime);
  realtime.renewed('token-3');
  await until(() => first.frames.some((frame) => frame.t === 'token'));
  expect(first.frames.at(-1)).toEqual({ t: 'token', token: 'token-3' });
});

test('silence for longer than the heartbeat is answered with a ping, then with a new connection', async () => {
  const peer = await listen();
  let time = 1_000_000;
  const { realtime } = start(peer, { now: () => time, random: () => 0 });
  await until(() => peer.connections[0]?.frames[0]);
  const first = peer.connections[0];
  if (!first) throw new Error('nobody connected');
  say(first.socket, hello({ heartbeatSeconds: 1 }));
  await until(() => realtime.state.get() === 'online');
  time += 1_000;
  await until(() => first.frames.some((frame) => frame.t === 'ping'));
  time += 3_000;
  await until(() => peer.connections.length === 2);
});

test('waits between attempts grow from 0.3 to 15 s and are jittered', () => {
  expect(reconnectDelay(1, () => 0)).toBeGreaterThanOrEqual(reconnect.first);
  expect(reconnectDelay(1, () => 1)).toBeLessThanOrEqual(600);
  expect(reconnectDelay(50, () => 1)).toBe(reconnect.most);
  expect(reconnectDelay(50, () => 0)).toBe(reconnect.most / 2);
});
