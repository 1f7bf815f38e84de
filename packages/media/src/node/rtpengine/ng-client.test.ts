import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, test } from 'vitest';
import { decodeBencode, encodeBencode } from './bencode.ts';
import { NgClient } from './ng-client.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0).reverse()) each.close();
});

/** A daemon of the test's own; `answer` gives the replies to the nth datagram. */
async function daemon(
  answer: (request: { cookie: string; body: unknown }, nth: number) => Uint8Array[],
): Promise<{ client: NgClient; requests: string[]; socket: Socket }> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const requests: string[] = [];
  socket.on('message', (datagram, from) => {
    const space = datagram.indexOf(0x20);
    const cookie = datagram.toString('latin1', 0, space);
    requests.push(cookie);
    const body = decodeBencode(datagram.subarray(space + 1));
    for (const reply of answer({ cookie, body }, requests.length)) {
      socket.send(reply, from.port, from.address);
    }
  });
  const client = await NgClient.open({ host: '127.0.0.1', port: socket.address().port }, 1000);
  open.push(socket, client);
  return { client, requests, socket };
}

const reply = (cookie: string, body: Record<string, string>) =>
  Buffer.concat([Buffer.from(`${cookie} `), encodeBencode(body)]);

describe('the ng client', () => {
  test('sends the command and gives the reply of the same cookie', async () => {
    let seen: unknown;
    const { client } = await daemon(({ cookie, body }) => {
      seen = body;
      return [reply('other', { result: 'wrong' }), reply(cookie, { result: 'pong' })];
    });
    expect(await client.request('ping', { 'call-id': 'x' })).toEqual({ result: 'pong' });
    expect(seen).toEqual({ command: 'ping', 'call-id': 'x' });
  });

  test('repeats a request with the same cookie until it is answered', async () => {
    const { client, requests } = await daemon(({ cookie }, nth) =>
      nth < 3 ? [] : [reply(cookie, { result: 'ok' })],
    );
    expect(await client.request('offer')).toEqual({ result: 'ok' });
    expect(requests).toHaveLength(3);
    expect(new Set(requests).size).toBe(1);
  });

  test('gives up in time', async () => {
    const { client } = await daemon(() => []);
    const before = performance.now();
    await expect(client.request('ping')).rejects.toMatchObject({ code: 'timeout' });
    expect(performance.now() - before).toBeLessThan(1500);
  });

  test('tells why the daemon refused, and of replies nobody can read', async () => {
    const { client } = await daemon(({ cookie }, nth) => [
      nth === 1
        ? reply(cookie, { result: 'error', 'error-reason': 'Unknown call-id' })
        : Buffer.from(`${cookie} l1:`),
    ]);
    await expect(client.request('query')).rejects.toMatchObject({
      code: 'refused',
      message: 'Unknown call-id',
    });
    await expect(client.request('query')).rejects.toMatchObject({ code: 'malformed' });
  });

  test('takes no reply of a stranger', async () => {
    const { client } = await daemon(({ cookie }) => {
      const stranger = createSocket('udp4');
      open.push(stranger);
      const { port } = clientAddress();
      stranger.send(reply(cookie, { result: 'forged' }), port, '127.0.0.1');
      return [];
    });
    const clientAddress = () => client.localAddress;
    await expect(client.request('ping')).rejects.toMatchObject({ code: 'timeout' });
  });

  test('ends what is under way when it is closed', async () => {
    const { client } = await daemon(() => []);
    const pending = client.request('ping');
    client.close();
    await expect(pending).rejects.toMatchObject({ code: 'closed' });
    await expect(client.request('ping')).rejects.toMatchObject({ code: 'closed' });
  });
});
