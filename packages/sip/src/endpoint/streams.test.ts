import { createServer, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, type TestAuthority } from '../testing/certificates.ts';
import { nextEvent } from '../testing/events.ts';
import { WireLog } from '../testing/wire-log.ts';
import { SipEndpoint, type SipEndpointOptions } from './endpoint.ts';
import type { IncomingCall } from './incoming-call.ts';
import type { ListenerOptions } from './transports.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
let authority: TestAuthority;
beforeAll(async () => {
  authority = await createAuthority();
});

const OFFER = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n';

async function listen(listeners: ListenerOptions[], more: Partial<SipEndpointOptions> = {}) {
  const log = new WireLog();
  const endpoint = await SipEndpoint.listen({
    listeners,
    userAgent: 'test',
    onMessage: log.record,
    ...more,
  });
  open.push(() => endpoint.close());
  return { endpoint, log };
}

type Kind = 'udp' | 'tcp' | 'tls';

async function listener(
  transport: Kind,
  host = '127.0.0.1',
  name = host,
): Promise<ListenerOptions> {
  const at = { transport, bindAddress: host, port: 0 };
  if (transport !== 'tls') return at;
  const names = /^[\d.:]+$/.test(name) ? { addresses: [name] } : { dns: [name] };
  return { ...at, tls: await authority.issue(names) };
}

/** Answers every call; gives the calls. */
function answering(endpoint: SipEndpoint): IncomingCall[] {
  const calls: IncomingCall[] = [];
  endpoint.onInvite((call) => {
    calls.push(call);
    call.answer(OFFER);
  });
  return calls;
}

const hostText = (host: string) => (host.includes(':') ? `[${host}]` : host);

describe.each<[Kind, string]>([
  ['udp', '127.0.0.1'],
  ['tcp', '127.0.0.1'],
  ['tls', '127.0.0.1'],
  ['udp', '::1'],
  ['tcp', '::1'],
  ['tls', '::1'],
])('calls over %s at %s', (transport, host) => {
  async function pair() {
    const caller = await listen([
      // What the caller prefers is not what the call needs.
      await listener(transport === 'udp' ? 'tcp' : 'udp', host),
      await listener(transport, host),
    ]);
    const callee = await listen([await listener(transport, host)]);
    const calls = answering(callee.endpoint);
    const call = caller.endpoint.invite({
      requestUri: `sip:20@${hostText(host)}:${callee.endpoint.localPort};transport=${transport}`,
      to: 'sip:20@pbx.example',
      from: 'sip:10@pbx.example',
      contactUser: '10',
      outboundProxy: {
        host,
        port: callee.endpoint.localPort,
        transport,
        tls: { domains: [host], verify: 'full', trustedCa: authority.cert },
      },
      body: OFFER,
    });
    await nextEvent(call, 'answered');
    return { caller, callee, calls, call };
  }

  test('Via and Contact name the listener of that transport', async () => {
    const { caller, callee, call } = await pair();
    const [, own] = caller.endpoint.listeners;
    const invite = callee.log.events[0]?.message;
    const at = `${hostText(host)}:${own?.port}`;
    expect(invite?.headers.get('via')).toContain(`SIP/2.0/${transport.toUpperCase()} ${at};`);
    const param = transport === 'udp' ? '' : `;transport=${transport}`;
    expect(invite?.headers.get('contact')).toBe(`<sip:10@${at}${param}>`);
    const answer = caller.log.events.find(
      ({ message }) => message?.kind === 'response' && message.statusCode === 200,
    )?.message;
    const there = `${hostText(host)}:${callee.endpoint.localPort}`;
    expect(answer?.headers.get('contact')).toBe(`<sip:20@${there}${param}>`);
    await call.bye();
  });

  test('the caller hangs up', async () => {
    const { callee, call } = await pair();
    await callee.log.until('< ACK');
    await call.bye();
    await callee.log.until('> 200 BYE');
    expect(callee.endpoint.callCount).toBe(0);
  });

  test('the called one hangs up, over the connection the call came by', async () => {
    const { caller, callee, calls, call } = await pair();
    await callee.log.until('< ACK');
    const ended = nextEvent(call, 'ended');
    void calls[0]?.bye();
    expect((await ended)[0]?.by).toBe('remote');
    expect(caller.endpoint.callCount).toBe(0);
    if (transport === 'udp') return;
    const remotes = caller.log.events.map(({ remote }) => remote.port);
    expect(new Set(remotes)).toEqual(new Set([callee.endpoint.localPort]));
  });
});

describe('registrations over connections', () => {
  async function registrar(transport: 'tcp' | 'tls' = 'tcp') {
    const registrar = await listen([await listener(transport)]);
    const contacts: string[] = [];
    registrar.endpoint.onRegister((request) => {
      const [binding] = request.bindings;
      contacts.push(binding?.uri ?? '');
      request.accept(binding ? [{ uri: binding.uri, expires: binding.expires ?? 300 }] : []);
    });
    return { ...registrar, contacts };
  }

  const options = (port: number, transport: 'tcp' | 'tls' = 'tcp') => ({
    registrar: {
      host: '127.0.0.1',
      port,
      transport,
      tls: { domains: ['127.0.0.1'], verify: 'full' as const, trustedCa: authority.cert },
    },
    domain: 'pbx.example',
    user: '10',
    expiresSeconds: 300,
  });

  test.each(['tcp', 'tls'] as const)('over %s the binding is understood', async (transport) => {
    const { endpoint, contacts } = await registrar(transport);
    const phone = await listen([await listener('udp'), await listener(transport)]);
    const registration = phone.endpoint.register(options(endpoint.localPort, transport));
    const [state] = await nextEvent(registration, 'state');
    expect(state).toMatchObject({ status: 'registered', expiresSeconds: 300 });
    const port = phone.endpoint.listeners[1]?.port;
    expect(contacts).toEqual([`sip:10@127.0.0.1:${port};transport=${transport}`]);
    await registration.unregister();
  });

  test('when the connection breaks the line is registered anew at once', async () => {
    const sockets: Socket[] = [];
    const { endpoint, contacts } = await registrar();
    // A connection in the middle, so that it can be cut.
    const { connect } = await import('node:net');
    const middle = createServer((socket) => {
      const on = connect({ host: '127.0.0.1', port: endpoint.localPort });
      for (const each of [socket, on]) each.on('error', () => {});
      sockets.push(socket);
      socket.pipe(on).pipe(socket);
    });
    await new Promise<void>((resolve) => middle.listen(0, '127.0.0.1', resolve));
    open.push(() => {
      for (const socket of sockets) socket.destroy();
      middle.close();
    });
    const { port } = middle.address() as { port: number };
    const phone = await listen([await listener('tcp')], { random: () => 0 });
    const registration = phone.endpoint.register(options(port));
    await nextEvent(registration, 'state');
    sockets[0]?.resetAndDestroy();
    await nextEvent(registration, 'state');
    expect(contacts).toHaveLength(2);
    expect(sockets).toHaveLength(2);
    registration.stop();
  });

  test('a peer that falls silent is noticed by its missing pong', async () => {
    const sockets: Socket[] = [];
    let mute = false;
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', (data) => {
        const text = data.toString();
        if (text === '\r\n\r\n') {
          if (!mute) socket.write('\r\n');
        } else if (text.startsWith('REGISTER')) {
          const copied = text
            .split('\r\n')
            .filter((line) => /^(Via|From|To|Call-ID|CSeq|Contact|Expires):/.test(line));
          socket.write(`SIP/2.0 200 OK\r\n${copied.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { port } = server.address() as { port: number };
    const phone = await listen([{ ...(await listener('tcp')), limits: { pongMs: 100 } }], {
      random: () => 0,
    });
    const registration = phone.endpoint.register({ ...options(port), keepAliveMs: 50 });
    await nextEvent(registration, 'state');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(sockets).toHaveLength(1);
    mute = true;
    await nextEvent(registration, 'state');
    expect(sockets).toHaveLength(2);
    registration.stop();
  });
});

describe('keep-alives', () => {
  test('by OPTIONS: any answer will do, silence is told', async () => {
    const pbx = await listen([await listener('udp')]);
    const us = await listen([await listener('udp')], { timers: { t1: 5 } });
    const seen: string[] = [];
    const { localPort: port } = pbx.endpoint;
    const keepAlive = us.endpoint.keepAlive({
      target: { host: '127.0.0.1', port, transport: 'udp' },
      everyMs: 30,
      method: 'options',
      onAlive: () => seen.push('alive'),
      onDead: (reason) => seen.push(reason),
    });
    const told = (what: string, since = 0) =>
      seen.slice(since).filter((word) => word === what).length;
    // What the PBX has sent proves little: an answer may be one to a retransmission.
    await expect.poll(() => told('alive'), { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
    await pbx.endpoint.close();
    const closed = seen.length;
    await expect.poll(() => told('no answer', closed), { timeout: 20_000 }).toBeGreaterThan(0);
    keepAlive.stop();
  }, 45_000);

  test('over TCP a peer that knows no pong is asked by OPTIONS before it is given up', async () => {
    const sockets: Socket[] = [];
    const asked: string[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.on('data', (data) => {
        const text = data.toString();
        if (!text.startsWith('OPTIONS')) return;
        asked.push(text);
        const copied = text
          .split('\r\n')
          .filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line));
        socket.write(`SIP/2.0 405 No\r\n${copied.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const us = await listen([{ ...(await listener('tcp')), limits: { pongMs: 50 } }]);
    const { port } = server.address() as { port: number };
    let alive = 0;
    const keepAlive = us.endpoint.keepAlive({
      target: { host: '127.0.0.1', port, transport: 'tcp' },
      everyMs: 20,
      method: 'crlf',
      onAlive: () => {
        alive += 1;
      },
      onDead: (reason) => expect.unreachable(reason),
    });
    await us.log.until('< 405 OPTIONS', 2);
    keepAlive.stop();
    expect(alive).toBeGreaterThanOrEqual(1);
    expect(sockets).toHaveLength(1);
  });
});

describe('TLS peers', () => {
  test('a call to the wrong peer fails before a word of SIP is sent', async () => {
    const callee = await listen([await listener('tls', '127.0.0.1', 'evil.example')]);
    const caller = await listen([await listener('tls')]);
    const call = caller.endpoint.invite({
      requestUri: `sip:20@127.0.0.1:${callee.endpoint.localPort};transport=tls`,
      to: 'sip:20@pbx.example',
      from: 'sip:10@pbx.example',
      contactUser: '10',
      outboundProxy: {
        host: '127.0.0.1',
        port: callee.endpoint.localPort,
        transport: 'tls',
        tls: { domains: ['pbx.example'], verify: 'full', trustedCa: authority.cert },
      },
      body: OFFER,
    });
    const [failure] = await nextEvent(call, 'failed');
    expect(failure).toMatchObject({ statusCode: 503, cause: 'transport' });
    expect(callee.log.events).toEqual([]);
  });

  test('sips: goes over TLS only and shows a sips: Contact', async () => {
    const callee = await listen([await listener('tls', '127.0.0.1')]);
    answering(callee.endpoint);
    const caller = await listen([await listener('udp'), await listener('tls')]);
    const call = caller.endpoint.invite({
      requestUri: `sips:20@127.0.0.1:${callee.endpoint.localPort}`,
      to: 'sips:20@pbx.example',
      from: 'sips:10@pbx.example',
      contactUser: '10',
      outboundProxy: {
        host: '127.0.0.1',
        port: callee.endpoint.localPort,
        secure: true,
        tls: { domains: ['127.0.0.1'], verify: 'full', trustedCa: authority.cert },
      },
      body: OFFER,
    });
    await nextEvent(call, 'answered');
    const invite = callee.log.events[0];
    expect(invite?.transport).toBe('tls');
    expect(invite?.message?.headers.get('contact')).toBe(
      `<sips:10@127.0.0.1:${caller.endpoint.listeners[1]?.port}>`,
    );
    await call.bye();
  });

  test('admission sees the certificate', async () => {
    const seen: (readonly string[] | undefined)[] = [];
    const clients = await createAuthority('client CA');
    const guarded = await listener('tls');
    const tls = guarded.tls && { ...guarded.tls, clientCa: clients.cert };
    const callee = await listen([{ ...guarded, ...(tls && { tls }) }], {
      admission: ({ certificate }) => {
        seen.push(certificate?.uris);
        return certificate?.uris.includes('sip:pbx.example') ? 'accept' : 'refuse';
      },
    });
    answering(callee.endpoint);
    const caller = await listen([await listener('tls')]);
    const ask = (client?: Awaited<ReturnType<TestAuthority['issue']>>) =>
      caller.endpoint.sendRequest('OPTIONS', {
        requestUri: `sip:127.0.0.1:${callee.endpoint.localPort};transport=tls`,
        to: 'sip:127.0.0.1',
        from: 'sip:x@pbx.example',
        outboundProxy: {
          host: '127.0.0.1',
          port: callee.endpoint.localPort,
          transport: 'tls',
          tls: {
            domains: ['127.0.0.1'],
            verify: 'full',
            trustedCa: authority.cert,
            ...(client && { clientCertificate: client }),
          },
        },
      });
    await expect(ask()).rejects.toMatchObject({ status: 403 });
    const known = await clients.issue({ uris: ['sip:pbx.example'] });
    expect((await ask(known)).statusCode).toBe(200);
    expect(seen).toEqual([undefined, ['sip:pbx.example']]);
  });
});
