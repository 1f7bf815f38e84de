import { connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { createAuthority } from '../testing/certificates.ts';
import { listenStream, type ServerTls, type StreamLimits } from './stream.ts';
import type { TlsPeer } from './tls-identity.ts';
import type { Hop, SipTransport, Source } from './transport.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const MESSAGE = 'OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n';
const REPLY = 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n';
const bytes = (text: string) => new TextEncoder().encode(text);

/** Resolves once the condition holds; rejects after a hang guard. */
async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

interface Seen {
  transport: SipTransport;
  received: { text: string; from: Source }[];
  misframed: string[];
  closed: Hop[];
  refuse: Set<string>;
}

async function listen(
  o: { tls?: ServerTls; limits?: Partial<StreamLimits>; address?: string } = {},
): Promise<Seen> {
  const seen = { received: [], misframed: [], closed: [], refuse: new Set() } as unknown as Seen;
  seen.transport = await listenStream(
    {
      name: o.tls === undefined ? 'tcp' : 'tls',
      address: o.address ?? '127.0.0.1',
      port: 0,
      clock: systemClock,
      ...(o.tls && { tls: o.tls }),
      ...(o.limits && { limits: o.limits }),
    },
    {
      received: (data, from) => seen.received.push({ text: Buffer.from(data).toString(), from }),
      broken: (error) => {
        throw error;
      },
      misframed: (_from, error) => seen.misframed.push(error.message),
      closed: (peer) => seen.closed.push(peer),
      welcome: ({ address }) => (seen.refuse.has(address) ? 'shut-out' : 'stranger'),
    },
  );
  open.push(() => seen.transport.close());
  return seen;
}

const hopTo = ({ transport }: Seen, tls?: TlsPeer): Hop => ({
  transport: transport.name,
  ...transport.local,
  ...(tls && { tls }),
});

const sourceOf = ({ received }: Seen): Source => received[0]?.from ?? { address: '', port: 0 };
const connectionOf = ({ received }: Seen): number => received[0]?.from.connection ?? -1;

/** A plain socket to a listener. */
async function dial(to: Seen, localAddress = '127.0.0.1') {
  const socket = connect({ host: '127.0.0.1', port: to.transport.local.port, localAddress });
  open.push(() => socket.destroy());
  const heard: string[] = [];
  let closed = false;
  socket.on('data', (data) => heard.push(data.toString()));
  socket.on('close', () => {
    closed = true;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, heard, isClosed: () => closed };
}

/** A server that does with each connection what it is told. */
async function server(onConnection: (socket: Socket) => void): Promise<Hop & { server: Server }> {
  const made = createServer((socket) => {
    open.push(() => socket.destroy());
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  open.push(() => made.close());
  const { port } = made.address() as { port: number };
  return { transport: 'tcp', address: '127.0.0.1', port, server: made };
}

describe('connections', () => {
  test('a request opens one, later ones and the answer use it', async () => {
    const [a, b] = [await listen(), await listen()];
    a.transport.send(bytes(MESSAGE), hopTo(b), () => {});
    a.transport.send(bytes(MESSAGE), hopTo(b), () => {});
    await until(() => b.received.length === 2, 'both arrive');
    const [first, second] = b.received;
    expect(first?.from.connection).toBe(second?.from.connection);
    const back: Hop = { ...sourceOf(b), transport: 'tcp', port: 1 };
    b.transport.send(bytes(REPLY), back, () => {});
    await until(() => a.received.length === 1, 'the answer');
    expect(a.received[0]?.text).toBe(REPLY);
  });

  test('a request to the very address a connection came from uses that connection', async () => {
    const b = await listen();
    const phone = await dial(b);
    phone.socket.write(MESSAGE);
    await until(() => b.received.length === 1, 'request');
    const { address, port } = sourceOf(b);
    b.transport.send(bytes(MESSAGE), { transport: 'tcp', address, port }, () => {});
    await until(() => phone.heard.length === 1, 'request back');
  });

  test('a refused connection fails what waits for it', async () => {
    const a = await listen();
    const gone = await server(() => {});
    await new Promise((resolve) => gone.server.close(resolve));
    const error = await new Promise<Error>((resolve) => {
      a.transport.send(bytes(MESSAGE), gone, resolve);
    });
    expect(error.message).toContain('ECONNREFUSED');
  });

  test('a reset fails requests that await their answer, and the next one opens anew', async () => {
    const a = await listen();
    const sockets: Socket[] = [];
    const to = await server((socket) => {
      sockets.push(socket);
      socket.once('data', () => {
        if (sockets.length === 1) socket.resetAndDestroy();
      });
    });
    const error = await new Promise<Error>((resolve) => {
      a.transport.send(bytes(MESSAGE), to, resolve);
    });
    expect(error.message).toMatch(/ECONNRESET|closed/);
    expect(a.closed).toHaveLength(1);
    a.transport.send(bytes(MESSAGE), to, () => {});
    await until(() => sockets.length === 2, 'second connection');
  });

  test('a server that closes quietly is told too', async () => {
    const a = await listen();
    const to = await server((socket) => socket.once('data', () => socket.end()));
    const error = await new Promise<Error>((resolve) => {
      a.transport.send(bytes(MESSAGE), to, resolve);
    });
    expect(error.message).toContain('closed by the peer');
  });

  test('an answer whose connection is gone goes over a new one to the sent-by port', async () => {
    const [a, b] = [await listen(), await listen()];
    const phone = await dial(b);
    phone.socket.write(MESSAGE);
    await until(() => b.received.length === 1, 'request');
    phone.socket.destroy();
    await until(() => b.closed.length === 1, 'closed');
    const source = sourceOf(b);
    const back = { ...source, transport: 'tcp' as const, port: a.transport.local.port };
    b.transport.send(bytes(REPLY), back, () => {});
    await until(() => a.received.length === 1, 'answer at the listener');
  });

  test('a connection that is not made in time fails', async () => {
    const tls = await (await createAuthority()).issue({ dns: ['a.example'] });
    const a = await listen({ tls });
    // It takes the connection and then never says a word of TLS.
    const mute = await server(() => {});
    const error = await new Promise<Error>((resolve) => {
      a.transport.send(bytes(MESSAGE), { ...mute, transport: 'tls', connectMs: 50 }, resolve);
    });
    expect(error.message).toBe('connection takes too long');
  });

  test('closing sends what is under way first', async () => {
    const [a, b] = [await listen(), await listen()];
    a.transport.send(bytes(MESSAGE), hopTo(b), () => {});
    await until(() => b.received.length === 1, 'open');
    a.transport.send(bytes(MESSAGE), hopTo(b), () => {});
    await a.transport.close();
    await until(() => b.received.length === 2, 'the last one');
    const late = await new Promise<Error>((resolve) => {
      a.transport.send(bytes(MESSAGE), hopTo(b), resolve);
    });
    expect(late.message).toBe('transport is closed');
  });

  test('IPv6', async () => {
    const [a, b] = [await listen({ address: '::1' }), await listen({ address: '::1' })];
    a.transport.send(bytes(MESSAGE), hopTo(b), () => {});
    await until(() => b.received.length === 1, 'arrives');
    expect(b.received[0]?.from.address).toBe('::1');
  });
});

describe('keep-alives (RFC 5626 §3.5.1)', () => {
  test('a ping is answered by a pong', async () => {
    const [a, b] = [await listen(), await listen()];
    expect(await new Promise((done) => a.transport.keepAlive(hopTo(b), done))).toBeUndefined();
  });

  test('both sides may ping at once', async () => {
    const [a, b] = [await listen(), await listen()];
    a.transport.send(bytes(MESSAGE), hopTo(b), () => {});
    await until(() => b.received.length === 1, 'open');
    const back: Hop = { ...sourceOf(b), transport: 'tcp' };
    const outcomes = await Promise.all([
      new Promise((done) => a.transport.keepAlive(hopTo(b), done)),
      new Promise((done) => b.transport.keepAlive(back, done)),
    ]);
    expect(outcomes).toEqual([undefined, undefined]);
  });

  test('a half-open connection has no pong', async () => {
    const a = await listen({ limits: { pongMs: 60 } });
    const to = await server(() => {});
    const error = await new Promise<Error | undefined>((done) => a.transport.keepAlive(to, done));
    expect(error?.message).toBe('no pong');
    const failed = new Promise<Error>((resolve) => a.transport.send(bytes(MESSAGE), to, resolve));
    a.transport.drop?.(to, new Error('peer is gone'));
    expect((await failed).message).toBe('peer is gone');
    expect(a.closed).toHaveLength(1);
  });
});

describe('hostile and careless peers', () => {
  test('what is no SIP ends the connection', async () => {
    const b = await listen();
    const peer = await dial(b);
    peer.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(peer.isClosed, 'closed');
    expect(b.misframed).toEqual(['no Content-Length']);
  });

  test('a head without end and a slow message are cut off', async () => {
    const b = await listen({ limits: { headBytes: 1_000, messageMs: 900 } });
    const large = await dial(b);
    large.socket.write(`OPTIONS sip:a SIP/2.0\r\nX: ${'x'.repeat(2_000)}`);
    const slow = await dial(b);
    slow.socket.write('OPTIONS sip:a SIP/2.0\r\nX: ');
    const drip = setInterval(() => slow.socket.write('x'), 100);
    open.push(() => clearInterval(drip));
    await until(large.isClosed, 'large closed');
    await until(slow.isClosed, 'slow closed');
    expect(b.received).toEqual([]);
  });

  test('a stranger may stay a moment, an accepted peer as long as it talks', async () => {
    const b = await listen({ limits: { strangerMs: 900, idleMs: 60_000 } });
    const [stranger, friend] = [await dial(b), await dial(b)];
    friend.socket.write(MESSAGE);
    await until(() => b.received.length === 1, 'friend talks');
    b.transport.vouch?.(connectionOf(b));
    await until(stranger.isClosed, 'stranger closed');
    expect(friend.isClosed()).toBe(false);
  });

  test('an accepted peer that says nothing for long is closed', async () => {
    const b = await listen({ limits: { idleMs: 900 } });
    const peer = await dial(b);
    peer.socket.write(MESSAGE);
    await until(() => b.received.length === 1, 'talks');
    b.transport.vouch?.(connectionOf(b));
    await until(peer.isClosed, 'closed');
  });

  test('strangers: so many of one source, so many in all; the oldest gives way', async () => {
    const b = await listen({ limits: { strangersPerSource: 2, strangers: 3 } });
    const [one, two, three] = [await dial(b), await dial(b), await dial(b)];
    await until(three.isClosed, 'third of one source refused');
    expect(one.isClosed() || two.isClosed()).toBe(false);
    const other = await dial(b, '127.0.0.2');
    await dial(b, '127.0.0.3');
    await until(one.isClosed, 'oldest gave way');
    expect(two.isClosed() || other.isClosed()).toBe(false);
  });

  test('a source that is shut out is not even read', async () => {
    const b = await listen();
    b.refuse.add('127.0.0.2');
    const peer = await dial(b, '127.0.0.2');
    await until(peer.isClosed, 'closed');
  });

  test('a peer that does not read is cut off', async () => {
    const a = await listen({ limits: { unsentBytes: 100_000 } });
    const to = await server((socket) => socket.pause());
    const big = bytes(
      `MESSAGE sip:a SIP/2.0\r\nContent-Length: 60000\r\n\r\n${'x'.repeat(60_000)}`,
    );
    const failure = new Promise<Error>((resolve) => {
      const send = () => a.transport.send(big, to, resolve);
      for (let i = 0; i < 300; i++) setTimeout(send, i);
    });
    expect((await failure).message).toMatch(/does not read|too much waits/);
  });
});

describe('TLS (RFC 5922)', () => {
  const name = 'pbx.example';

  async function secure(names = { dns: [name] }, extra: Partial<ServerTls> = {}) {
    const authority = await createAuthority();
    const server = await authority.issue(names);
    const listener = await listen({ tls: { ...server, ...extra } });
    const trusting: TlsPeer = { domains: [name], verify: 'full', trustedCa: authority.cert };
    return { authority, server, listener, trusting };
  }

  async function sender() {
    const own = await (await createAuthority()).issue({ dns: ['client.example'] });
    return listen({ tls: own });
  }

  const attempt = (from: Seen, to: Hop, arrived: () => boolean) =>
    new Promise<string>((resolve) => {
      from.transport.send(bytes(MESSAGE), to, (error) => resolve(error.message));
      void until(arrived, 'arrives').then(
        () => resolve('arrived'),
        () => {},
      );
    });

  test('the right peer is talked to, over one connection', async () => {
    const { listener, trusting } = await secure();
    const a = await sender();
    const to = hopTo(listener, trusting);
    expect(await attempt(a, to, () => listener.received.length === 1)).toBe('arrived');
    // Another name it proves as well, as a dialog may lead to, shares the connection.
    const wider = { ...trusting, domains: [...trusting.domains, 'other.example'] };
    a.transport.send(bytes(MESSAGE), hopTo(listener, wider), () => {});
    await until(() => listener.received.length === 2, 'second');
    const ids = listener.received.map(({ from }) => from.connection);
    expect(new Set(ids).size).toBe(1);
  });

  test('a peer with another name, an unknown issuer or an expired certificate is not', async () => {
    const { authority, listener, trusting } = await secure();
    const a = await sender();
    const never = () => listener.received.length > 0;
    const other: TlsPeer = { ...trusting, domains: ['other.example'] };
    expect(await attempt(a, hopTo(listener, other), never)).toContain('does not speak for');
    const platform: TlsPeer = { domains: [name], verify: 'full' };
    expect(await attempt(a, hopTo(listener, platform), never)).toContain('certificate refused');
    const old = await listen({ tls: await authority.issue({ dns: [name] }, true) });
    expect(await attempt(a, hopTo(old, trusting), never)).toContain('certificate refused');
    expect(listener.received).toEqual([]);
  });

  test('an open connection is not shared with one who wants another peer', async () => {
    const { listener, trusting } = await secure();
    const a = await sender();
    const to = hopTo(listener, trusting);
    expect(await attempt(a, to, () => listener.received.length === 1)).toBe('arrived');
    const other: TlsPeer = { ...trusting, domains: ['other.example'] };
    const refused = await attempt(a, hopTo(listener, other), () => listener.received.length > 1);
    expect(refused).toContain('does not speak for');
  });

  test('any certificate will do only when that was chosen', async () => {
    const { listener } = await secure({ dns: ['elsewhere.example'] });
    const a = await sender();
    const to = hopTo(listener, { domains: [name], verify: 'none' });
    expect(await attempt(a, to, () => listener.received.length === 1)).toBe('arrived');
  });

  test('a client certificate is told when we trust its issuer, and reused by alias', async () => {
    const clients = await createAuthority('client CA');
    const { listener, trusting } = await secure({ dns: [name] }, { clientCa: clients.cert });
    const a = await sender();
    const client = await clients.issue({ uris: ['sip:client.example'] });
    const to = hopTo(listener, { ...trusting, clientCertificate: client });
    expect(await attempt(a, to, () => listener.received.length === 1)).toBe('arrived');
    const from = sourceOf(listener);
    expect(from.certificate?.uris).toEqual(['sip:client.example']);
    listener.transport.alias?.(from.connection ?? -1, 5061);
    const back: Hop = {
      transport: 'tls',
      address: from.address,
      port: 5061,
      tls: { domains: ['client.example'], verify: 'full' },
    };
    listener.transport.send(bytes(MESSAGE), back, () => {});
    await until(() => a.received.length === 1, 'request over the alias');
  });

  test('a certificate of an unknown issuer is no identity, and no alias is made of it', async () => {
    const clients = await createAuthority('client CA');
    const { listener, trusting } = await secure({ dns: [name] }, { clientCa: clients.cert });
    const strangers = await createAuthority('CA of strangers');
    const stranger = await strangers.issue({ uris: ['sip:client.example'] });
    const a = await sender();
    const to = hopTo(listener, { ...trusting, clientCertificate: stranger });
    expect(await attempt(a, to, () => listener.received.length === 1)).toBe('arrived');
    const from = sourceOf(listener);
    expect(from.certificate).toBeUndefined();
    listener.transport.alias?.(from.connection ?? -1, 5061);
    const back: Hop = {
      transport: 'tls',
      address: from.address,
      port: 5061,
      tls: { domains: ['client.example'], verify: 'none' },
    };
    const refused = new Promise<Error>((resolve) =>
      listener.transport.send(bytes(MESSAGE), back, resolve),
    );
    expect((await refused).message).toContain('ECONNREFUSED');
  });

  test('a listener that demands a certificate lets nobody in without one', async () => {
    const clients = await createAuthority('client CA');
    const { listener, trusting } = await secure(
      { dns: [name] },
      { clientCa: clients.cert, requireClientCertificate: true },
    );
    const a = await sender();
    const refused = await attempt(a, hopTo(listener, trusting), () => false);
    expect(refused).not.toBe('arrived');
    expect(listener.received).toEqual([]);
  });

  test('half a handshake holds nothing for long and counts as a stranger', async () => {
    const authority = await createAuthority();
    const tls = await authority.issue({ dns: [name] });
    const b = await listen({ tls, limits: { connectMs: 300, strangersPerSource: 2 } });
    const peers = [await dial(b), await dial(b), await dial(b)];
    await until(() => peers.every(({ isClosed }) => isClosed()), 'all closed');
    const socket = connectTls({ ...hopTo(b), host: '127.0.0.1', rejectUnauthorized: false });
    open.push(() => socket.destroy());
    await new Promise((resolve) => socket.once('secureConnect', resolve));
  });
});
