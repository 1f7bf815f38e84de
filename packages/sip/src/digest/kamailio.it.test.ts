import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Headers } from '../message/headers.ts';
import { SipRequest, type SipResponse } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { serializeMessage } from '../message/serialize.ts';
import { DigestClient } from './client.ts';
import { nodeHash } from './node/hash.ts';

const installed = spawnSync('which', ['kamailio']).status === 0;
const HANG_MS = 20_000;
const RESEND_MS = 250;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const config = (port: number, algorithm: string, qop: string) => `
debug=0
log_stderror=yes
fork=no
children=1
disable_tcp=yes
listen=udp:127.0.0.1:${port}
loadmodule "kex.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "auth.so"
modparam("auth", "nonce_expire", 60)
modparam("auth", "algorithm", "${algorithm}")
${qop === '' ? '' : `modparam("auth", "qop", "${qop}")`}
request_route {
  if (!pv_www_authenticate("pbx.test", "secret101", "0")) {
    www_challenge("pbx.test", "${qop === '' ? 0 : 1}");
    exit;
  }
  sl_send_reply("200", "OK");
}
`;

async function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

/** A registrar that does nothing but check digest; gives a way to ask it. */
async function registrar(algorithm: string, qop: string) {
  const probe = await boundSocket();
  const { port } = probe.address();
  await new Promise<void>((done) => probe.close(() => done()));
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-kamailio-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'auth.cfg');
  writeFileSync(file, config(port, algorithm, qop));
  const args = ['-f', file, '-DD', '-E', '-m', '32', '-M', '4', '-Y', folder];
  const child = spawn('kamailio', args, { stdio: 'ignore', detached: true });
  cleanups.push(() => stopped(child));
  const socket = await boundSocket();
  cleanups.push(() => socket.close());
  const local = socket.address().port;
  let sequence = 0;

  const ask = async (digest: DigestClient | undefined): Promise<[SipRequest, SipResponse]> => {
    sequence += 1;
    const request = new SipRequest(
      'REGISTER',
      'sip:pbx.test',
      new Headers()
        .append('Via', `SIP/2.0/UDP 127.0.0.1:${local};branch=z9hG4bK${sequence}`)
        .append('From', '<sip:101@pbx.test>;tag=1')
        .append('To', '<sip:101@pbx.test>')
        .append('Call-ID', 'digest@127.0.0.1')
        .append('CSeq', `${sequence} REGISTER`)
        .append('Max-Forwards', '70'),
    );
    digest?.authorize(request);
    return [request, await exchange(socket, port, request, sequence)];
  };
  return ask;
}

/** Sends until it is answered: the server may just be starting. */
async function exchange(
  socket: Socket,
  port: number,
  request: SipRequest,
  sequence: number,
): Promise<SipResponse> {
  const bytes = serializeMessage(request);
  const send = () => socket.send(bytes, port, '127.0.0.1');
  const timer = setInterval(send, RESEND_MS);
  const signal = AbortSignal.timeout(HANG_MS);
  try {
    send();
    for (;;) {
      const [data] = (await once(socket, 'message', { signal })) as [Buffer];
      const message = parseMessage(data);
      if (message.kind === 'response' && message.cseq.seq === sequence) return message;
    }
  } finally {
    clearInterval(timer);
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = once(child, 'exit');
  // Its workers too: they would go on without it.
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}

const clientOf = (password: string) => {
  let n = 0;
  return new DigestClient({ username: '101', password }, nodeHash, () => `client-nonce-${++n}`);
};

describe.skipIf(!installed)(
  `digest client against Kamailio${installed ? '' : ' (skipped: kamailio is not installed)'}`,
  () => {
    // Its auth-int leaves the body out of the hash: that one is proven by vectors alone.
    test.each([
      ['MD5', ''],
      ['MD5', 'auth'],
      ['SHA-256', ''],
      ['SHA-256', 'auth'],
    ])(
      '%s with qop "%s": accepted, the nonce serves on, a wrong password is refused',
      async (algorithm, qop) => {
        const ask = await registrar(algorithm, qop);
        const digest = clientOf('secret101');
        const [request, challenge] = await ask(undefined);
        expect(challenge.statusCode).toBe(401);
        expect(challenge.headers.get('www-authenticate')).toContain(
          algorithm === 'MD5' ? 'nonce' : algorithm,
        );
        expect(digest.challenged(request, challenge)).toBe('retry');
        const [sent, accepted] = await ask(digest);
        expect(sent.headers.get('authorization')?.includes(`qop=${qop}`) || qop === '').toBe(true);
        expect(accepted.statusCode).toBe(200);
        digest.accepted(sent, accepted);
        expect((await ask(digest))[1].statusCode).toBe(200);

        const guessing = clientOf('guess');
        expect(guessing.challenged(request, challenge)).toBe('retry');
        const [wrong, refused] = await ask(guessing);
        expect(refused.statusCode).toBe(401);
        expect(guessing.challenged(wrong, refused)).toBe('rejected');
      },
    );
  },
);
