/**
 * WebSocket fan-out of the hub, side by side with a bare `ws` broadcast to as many sockets.
 *
 * The hub does what it does in life: a node's frame is parsed and checked, presence derived from
 * facts, filtered by rights, serialised once, numbered and kept per session for a resume, and the
 * clients acknowledge. The bare side sends one ready string of the same size to each socket. Both
 * run in this process in turns (A B A B …); the clients are another process, on the other core.
 * Printed are medians; the ratio is the median of the pairwise ratios with its range.
 *
 * Run: `node apps/edge/bench/fanout.ts [--json]`
 */
import { execFile, fork } from 'node:child_process';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { realtimeSubprotocol, realtimeVersion } from '@trunkline/contracts/realtime.ts';
import { systemClock } from '@trunkline/platform/clock.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { type WebSocket, WebSocketServer } from 'ws';
import { createLocalBus } from '../src/hub/bus.ts';
import { createHub } from '../src/hub/hub.ts';
import { serveWebSockets } from '../src/node/web-sockets.ts';

const clients = 1000;
const pairs = 5;
/** Events of one slice. */
const eventsPerSlice = 30;
/** Deliveries that may be on their way to the clients at once. */
const maxUnderWay = 20 * clients;
const acknowledgeEvery = 32;

type Counts = { hub: number; bare: number };

/** A masked text frame of less than 64 KiB, as a client sends it (RFC 6455 §5.2; mask zero). */
function textFrame(text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(body.length < 126 ? 6 : 8);
  head[0] = 0x81;
  if (body.length < 126) head[1] = 0x80 | body.length;
  else {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(body.length, 2);
  }
  return Buffer.concat([head, body]);
}

function tokenOf(tenant: TenantId): string {
  const claims: AccessClaims = {
    iss: 'bench',
    aud: 'trunkline',
    sub: newId('user'),
    tid: tenant,
    did: newId('device'),
    sid: newId('session'),
    scope: 'client',
    name: 'Bench',
    lang: 'en',
    iat: 0,
    exp: 4_000_000_000,
    jti: '',
  };
  return JSON.stringify(claims);
}

/** The clients, as cheap as they get: frames are counted by their headers. */
async function runClients(port: number, tenant: TenantId): Promise<void> {
  const counts: Counts = { hub: 0, bare: 0 };

  function open(side: keyof Counts): Promise<void> {
    return new Promise((resolve, reject) => {
      const path = side === 'hub' ? '/v1/realtime' : '/bare';
      const socket: Socket = connect(port, '127.0.0.1', () => {
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n` +
            'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
            'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
            `Sec-WebSocket-Protocol: ${realtimeSubprotocol}\r\n\r\n`,
        );
      });
      let upgraded = false;
      let rest: Buffer = Buffer.alloc(0);
      let frames = 0;
      socket.on('error', reject);
      socket.on('data', (chunk: Buffer) => {
        rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        if (!upgraded) {
          const end = rest.indexOf('\r\n\r\n');
          if (end < 0) return;
          upgraded = true;
          rest = rest.subarray(end + 4);
          const hello = { t: 'hello', version: realtimeVersion, token: tokenOf(tenant) };
          if (side === 'hub') socket.write(textFrame(JSON.stringify(hello)));
          resolve();
        }
        while (rest.length >= 4) {
          const length = (rest[1] ?? 0) & 0x7f;
          if (length === 127) throw new Error('a frame this large is not part of the bench');
          const head = length === 126 ? 4 : 2;
          const size = head + (length === 126 ? rest.readUInt16BE(2) : length);
          if (rest.length < size) return;
          counts[side]++;
          if (side === 'hub' && ++frames % acknowledgeEvery === 0) {
            const seq = Number.parseInt(rest.toString('latin1', head + 7, head + 17), 10);
            socket.write(textFrame(`{"t":"ack","seq":${seq}}`));
          }
          rest = rest.subarray(size);
        }
      });
    });
  }

  for (let index = 0; index < clients; index++) await Promise.all([open('hub'), open('bare')]);
  setInterval(() => process.send?.(counts), 3);
}

/** Keeps a process on one core, where the system can. */
async function pin(pid: number | undefined, core: number): Promise<void> {
  if (!pid || cpus().length < 2) return;
  // Without taskset both sides still share the same conditions.
  await promisify(execFile)('taskset', ['-cp', String(core), String(pid)]).catch(() => undefined);
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const round = (value: number, digits = 2) => Number(value.toFixed(digits));

async function runBench(): Promise<void> {
  await pin(process.pid, 0);
  const logger = createLogger({ name: 'bench', level: 'error' });
  const tenant = newId('tenant');
  const hub = createHub({
    origin: 'bench',
    verifyToken: async (token) => JSON.parse(token) as AccessClaims,
    verifyNode: async () => undefined,
    mayServe: async () => true,
    store: { getManual: async () => null, setManual: async () => null },
    bus: createLocalBus(),
    clock: systemClock,
    logger,
    canRenew: () => false,
    // A snapshot in one small frame, so that clients need not read large ones.
    limits: { eventBytes: 1000, silenceMs: 600_000, servedKeepMs: 3_600_000 },
  });
  const server = createServer();
  serveWebSockets(server, {
    hub,
    addressOf: (request) => request.socket.remoteAddress ?? '',
    origins: new Set(),
    clock: systemClock,
    logger,
  });
  // The hub's server refuses unknown paths; the bare one is asked first for its own.
  const [refuseOthers] = server.listeners('upgrade') as ((...args: unknown[]) => void)[];
  server.removeAllListeners('upgrade');
  const bare = new Set<WebSocket>();
  const bareServer = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    if (request.url !== '/bare') return refuseOthers?.(request, socket, head);
    bareServer.handleUpgrade(request, socket, head, (accepted) => bare.add(accepted));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve));
  const { port } = server.address() as AddressInfo;

  const node = hub.openNode({
    send: () => undefined,
    bufferedBytes: 0,
    close: () => undefined,
    cut: () => undefined,
  });
  const nodeId = newId('mediaNode');
  const hello = { t: 'hello', version: 1, role: 'node', id: nodeId, bootEpoch: 1, assertion: 'x' };
  node.receive(JSON.stringify({ ...hello, capabilities: [] }));
  await turn();
  // From here on the hub knows that the node serves the tenant, and asks no more.
  const nobody = { users: [], lines: {}, calls: [] };
  node.receive(JSON.stringify({ t: 'serving', tenants: { [tenant]: nobody } }));
  await turn();

  let counts: Counts = { hub: 0, bare: 0 };
  const child = fork(fileURLToPath(import.meta.url), ['clients', String(port), tenant]);
  await pin(child.pid, 1);
  child.on('message', (message) => {
    counts = message as Counts;
  });
  const arrived = async (side: keyof Counts, wanted: number) => {
    while (counts[side] < wanted) await pause(1);
  };
  /** All sockets are open and quiet. */
  const settled = async () => {
    for (let before = -1; before !== counts.hub + counts.bare || hub.sessions < clients; ) {
      before = counts.hub + counts.bare;
      await pause(80);
    }
  };
  await settled();

  const userId = newId('user');
  const call: CallView = {
    id: newId('call'),
    direction: 'outgoing',
    state: 'connected',
    remote: { number: '+493012345', display: '+49 30 12345', name: null, userId: null },
    lineId: newId('line'),
    lineNumber: '20',
    deviceId: null,
    startedAt: new Date().toISOString(),
    answeredAt: null,
    hideReject: false,
    emergency: false,
    held: false,
    remoteHeld: false,
    functions: [],
    forwardedBy: null,
    pbxEncrypted: null,
    transferring: false,
    end: null,
  };
  const ended = { by: 'remote', cause: 'normal', sipCode: null, elsewhere: false } as const;
  const changes = [call, { ...call, state: 'ended', end: ended }].map((view) =>
    JSON.stringify({ t: 'call.changed', tenant, userId, call: view }),
  );
  const presence = {
    state: 'on_the_phone',
    since: call.startedAt,
    note: '',
    source: 'telephony',
    ringing: false,
  };
  let sequence = 0;
  const emit = {
    hub: () => node.receive(changes[sequence++ % 2] ?? ''),
    bare: () => {
      const data = { userId, presence };
      const frame = { seq: ++sequence, t: 'event', type: 'presence.changed', data };
      const text = JSON.stringify(frame);
      for (const socket of bare) socket.send(text);
    },
  };

  /** One slice: microseconds of this process's CPU a delivery, and deliveries a second. */
  async function slice(side: keyof Counts, burst: number): Promise<{ cpu: number; rate: number }> {
    await settled();
    const first = counts[side];
    const startedAt = performance.now();
    const before = process.cpuUsage();
    for (let sent = 0; sent < eventsPerSlice; ) {
      for (let index = 0; index < burst; index++, sent++) emit[side]();
      await turn();
      if ((sent * clients) % maxUnderWay === 0) await arrived(side, first + (sent - 5) * clients);
    }
    const { user, system } = process.cpuUsage(before);
    await arrived(side, first + eventsPerSlice * clients);
    const rest = process.cpuUsage(before);
    const deliveries = eventsPerSlice * clients;
    if (counts[side] !== first + deliveries) throw new Error(`${side} delivered a wrong number`);
    return {
      cpu: Math.max(user + system, rest.user + rest.system) / deliveries,
      rate: deliveries / ((performance.now() - startedAt) / 1000),
    };
  }

  const rows = [];
  for (const burst of [1, 10]) {
    await slice('hub', burst);
    await slice('bare', burst);
    const runs = [];
    for (let pair = 0; pair < pairs; pair++)
      runs.push({ hub: await slice('hub', burst), bare: await slice('bare', burst) });
    const ratios = runs.map((run) => run.hub.cpu / run.bare.cpu);
    rows.push({
      case: burst === 1 ? 'single events' : `bursts of ${burst} events`,
      clients,
      pairs,
      hubMicrosPerDelivery: round(median(runs.map((run) => run.hub.cpu))),
      bareMicrosPerDelivery: round(median(runs.map((run) => run.bare.cpu))),
      cpuRatio: round(median(ratios)),
      ratioRange: [round(Math.min(...ratios)), round(Math.max(...ratios))],
      hubPerSecond: Math.round(median(runs.map((run) => run.hub.rate))),
      barePerSecond: Math.round(median(runs.map((run) => run.bare.rate))),
    });
  }
  child.kill();
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
  else {
    console.log(`Fan-out to ${clients} sockets, hub against bare ws, ${pairs} pairs`);
    for (const row of rows)
      console.log(
        `  ${row.case}: hub ${row.hubMicrosPerDelivery} µs CPU a delivery, bare ws ` +
          `${row.bareMicrosPerDelivery} µs; ratio ${row.cpuRatio} ` +
          `(${row.ratioRange.join(' … ')}); ${row.hubPerSecond} against ` +
          `${row.barePerSecond} deliveries/s`,
      );
  }
  process.exit(0);
}

const [mode, port, tenant] = process.argv.slice(2);
if (mode === 'clients') await runClients(Number(port), tenant as TenantId);
else await runBench();
