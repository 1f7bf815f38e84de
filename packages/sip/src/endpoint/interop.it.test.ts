import { execFile, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, test } from 'vitest';
import { nextEvent } from '../testing/events.ts';
import { WireLog } from '../testing/wire-log.ts';
import { SipEndpoint } from './endpoint.ts';

const has = (binary: string) => spawnSync('which', [binary]).status === 0;

const open: SipEndpoint[] = [];
const running: (() => void)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) stop();
  await Promise.all(open.splice(0).map((endpoint) => endpoint.close()));
});

async function listen() {
  const log = new WireLog();
  const endpoint = await SipEndpoint.listen({
    listeners: [{ transport: 'udp', bindAddress: '127.0.0.1', port: 0 }],
    userAgent: 'interop',
    onMessage: log.record,
  });
  open.push(endpoint);
  return { endpoint, log };
}

/** Runs a program to its end; gives its exit status. */
function run(binary: string, args: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile(binary, args, { timeout: 30_000 }, (error) => {
      resolve(error === null ? 0 : typeof error.code === 'number' ? error.code : -1);
    });
    running.push(() => child.kill());
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

describe('SIPp', () => {
  if (!has('sipp')) {
    test.skip('SIPp interop: sipp not installed', () => {});
    return;
  }

  test('its caller scenario gets 20 calls through us without a failure', async () => {
    const { endpoint, log } = await listen();
    endpoint.onInvite((call) => {
      call.ringing();
      call.answer(call.body);
    });
    const target = `127.0.0.1:${endpoint.localPort}`;
    const args = ['-sn', 'uac', target, '-i', '127.0.0.1', '-m', '20', '-r', '50', '-d', '50'];
    expect(await run('sipp', [...args, '-nostdin', '-timeout', '20'])).toBe(0);
    await log.until('> 200 BYE', 20);
    expect(log.count('< ACK')).toBe(20);
    expect(endpoint.callCount).toBe(0);
  });

  test('its answering scenario takes our call and our BYE', async () => {
    const { endpoint } = await listen();
    const port = await freePort();
    const args = ['-sn', 'uas', '-i', '127.0.0.1', '-p', String(port), '-m', '1', '-nostdin'];
    const child = spawn('sipp', args, { stdio: 'ignore' });
    running.push(() => child.kill());
    // Our own retransmission bridges the moment until it listens.
    const call = endpoint.invite({
      requestUri: `sip:service@127.0.0.1:${port}`,
      to: `sip:service@127.0.0.1:${port}`,
      from: 'sip:10@example.org',
      contactUser: '10',
      body: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n',
    });
    await nextEvent(call, 'answered', 15_000);
    await call.bye();
    expect(call.state).toBe('terminated');
  });
});

describe('sipsak', () => {
  if (!has('sipsak')) {
    test.skip('sipsak interop: sipsak not installed', () => {});
    return;
  }

  test('its OPTIONS is answered 200', async () => {
    const { endpoint } = await listen();
    expect(await run('sipsak', ['-s', `sip:127.0.0.1:${endpoint.localPort}`])).toBe(0);
  });
});
