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
 * A Kamailio that does nothing but relay with state and Record-Route: one worker, as several
 * reorder messages, and a large receive buffer.
 */
export async function startKamailioProxy(
  target: string,
): Promise<{ port: number; running: RunningProcess; remove: () => Promise<void> }> {
  const command = findProgram('kamailio');
  if (!command) throw new Error('kamailio is not installed');
  const port = await freePort();
  const dir = await tempDir('proxy');
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
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK") && t_check_trans()) { t_relay(); exit; }
    exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  t_check_trans();
  if (is_method("INVITE")) { record_route(); }
  $du = "sip:${target}";
  t_relay();
}
`,
  );
  const running = await startProcess({
    name: 'kamailio proxy',
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
