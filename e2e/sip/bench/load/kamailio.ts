import { createSocket } from 'node:dgram';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../../harness/ports.ts';
import { findProgram, type RunningProcess, startProcess } from '../../../harness/processes.ts';
import { tempDir } from '../../../harness/temp-dir.ts';
import { waitFor } from '../../../harness/wait-for.ts';
import { onCore } from './core.ts';

const MODULES = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/kamailio/modules/`;

/**
 * A Kamailio to measure: one worker, as several reorder messages, and a large receive buffer.
 *
 * @param modules without `.so`
 * @param script module parameters and `request_route`, which has to answer OPTIONS
 */
export async function startKamailio(
  modules: readonly string[],
  script: string,
): Promise<{ port: number; running: RunningProcess; remove: () => Promise<void> }> {
  const command = findProgram('kamailio');
  if (!command) throw new Error('kamailio is not installed');
  const port = await freePort();
  const dir = await tempDir('kamailio');
  const file = join(dir.path, 'kamailio.cfg');
  await writeFile(
    file,
    `#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=1
disable_tcp=yes
auto_aliases=no
dns=no
rev_dns=no
maxbuffer=4194304
listen=udp:127.0.0.1:${port}
mpath="${MODULES}"
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
${script}
`,
  );
  const running = await startProcess({
    name: 'kamailio',
    ...onCore('measured', command, [
      ...['-f', file, '-DD', '-E', '-m', '256', '-M', '16', '-Y', dir.path, '-w', dir.path],
    ]),
    cwd: dir.path,
  });
  await answersOptions(port, running);
  return { port, running, remove: () => dir.remove() };
}

/** Resolves when a SIP server answers OPTIONS. */
async function answersOptions(port: number, running: RunningProcess): Promise<void> {
  const socket = createSocket('udp4');
  let answered = false;
  socket.on('message', () => {
    answered = true;
  });
  const options = [
    `OPTIONS sip:127.0.0.1:${port} SIP/2.0`,
    'Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKready;rport',
    'From: <sip:bench@127.0.0.1>;tag=1',
    `To: <sip:127.0.0.1:${port}>`,
    'Call-ID: ready',
    'CSeq: 1 OPTIONS',
    'Max-Forwards: 70',
    'Content-Length: 0',
  ];
  try {
    await waitFor(
      'kamailio to answer',
      () => {
        if (running.exit) throw new Error('kamailio has ended');
        socket.send(`${options.join('\r\n')}\r\n\r\n`, port, '127.0.0.1');
        return answered;
      },
      { explain: () => running.tail() },
    );
  } finally {
    socket.close();
  }
}
