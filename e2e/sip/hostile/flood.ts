/**
 * The attackers, in a process of their own: datagrams at a fixed rate from many addresses, a few with
 * the address of the PBX, and connections that say little or nothing.
 *
 * Arguments: port of the target, address of the PBX, datagrams a second, seconds, seed. The same seed
 * sends the same datagrams, but for ports and the moments at which they go. Prints a `FloodReport` as
 * JSON at its end.
 */
import { createSocket, type Socket } from 'node:dgram';
import { connect } from 'node:net';
import { seededRandom } from '../../harness/seeded-random.ts';
import { type Attack, arsenal } from './attacks.ts';

export interface FloodReport {
  readonly sent: number;
  readonly byName: Readonly<Record<string, number>>;
  /** Attackers that got more bytes than they had sent. */
  readonly amplified: number;
  readonly bytesOut: number;
  readonly bytesBack: number;
  /** Answers by status, to strangers. */
  readonly answers: Readonly<Record<string, number>>;
  /** Most answers one request of a stranger got. */
  readonly mostAnswers: number;
  readonly connections: { readonly opened: number; readonly stillOpen: number };
}

const ATTACKERS = 60;
const FIRST_HOST = 10;
const TICK_MS = 5;
/** One in so many datagrams carries the PBX's address. */
const SPOOFED_ONE_IN = 25;
const CONNECTIONS_A_SECOND = 30;
const MOST_OPEN = 300;

const [portText, pbxAddress = '', rateText, secondsText, seedText] = process.argv.slice(2);
const port = Number(portText);
const rate = Number(rateText);
const seconds = Number(secondsText);
const seed = Number(seedText);

const answers: Record<string, number> = {};
const byName: Record<string, number> = {};
const answersTo = new Map<string, number>();
let sent = 0;
let bytesOut = 0;
let bytesBack = 0;

class Attacker {
  readonly socket: Socket;
  readonly name: string;
  balance = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    const { address, port: own } = socket.address();
    this.name = `${address}:${own}`;
    // A refused port is told later as an error; nobody here minds.
    socket.on('error', () => {});
  }

  static async at(address: string): Promise<Attacker> {
    const socket = createSocket({ type: 'udp4', lookup: (host, _o, done) => done(null, host, 4) });
    await new Promise<void>((bound) => socket.bind(0, address, () => bound()));
    return new Attacker(socket);
  }

  send(attack: Attack): void {
    const bytes = attack(this.name, port);
    if (bytes.length === 0) return;
    this.balance += bytes.length;
    bytesOut += bytes.length;
    sent += 1;
    this.socket.send(bytes, port, '127.0.0.1', () => {});
  }

  listen(): void {
    this.socket.on('message', (bytes) => {
      this.balance -= bytes.length;
      bytesBack += bytes.length;
      const text = bytes.toString('latin1');
      const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? 'request';
      answers[status] = (answers[status] ?? 0) + 1;
      const branch = /;branch=([^;\r\n]+)/i.exec(text)?.[1] ?? '';
      answersTo.set(branch, (answersTo.get(branch) ?? 0) + 1);
    });
  }
}

const attackers = await Promise.all(
  Array.from({ length: ATTACKERS }, (_, i) => Attacker.at(`127.0.0.${FIRST_HOST + i}`)),
);
for (const attacker of attackers) attacker.listen();
const liar = await Attacker.at(pbxAddress);

/** Two sequences: when connections are opened must not change which datagrams are sent. */
const next = seededRandom(seed);
const nextConnection = seededRandom(seed + 1);
const { attacks, spoofed } = arsenal(next);
const chosen = attacks.flatMap((entry) => Array.from({ length: entry.share }, () => entry));
const any = <T>(list: readonly T[], draw = next) => list[Math.floor(draw() * list.length)] as T;

function strike(): void {
  if (Math.floor(next() * SPOOFED_ONE_IN) === 0) {
    byName.spoofed = (byName.spoofed ?? 0) + 1;
    liar.send(any(spoofed));
    return;
  }
  const { name, attack } = any(chosen);
  byName[name] = (byName[name] ?? 0) + 1;
  any(attackers).send(attack);
}

let opened = 0;
const open = new Set<ReturnType<typeof connect>>();
/** Nothing at all, a head that never ends, bytes that are no SIP, a length that is never reached. */
const OPENINGS = [
  '',
  'INVITE sip:1@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP x;branch=z9hG4bK1\r\n',
  '\0\x01\x02GET / HTTP/1.1\r\n\r\n',
  'OPTIONS sip:1@127.0.0.1 SIP/2.0\r\nContent-Length: 60000\r\n\r\n',
];
function knock(): void {
  if (open.size >= MOST_OPEN) return;
  const localAddress = `127.0.0.${FIRST_HOST + Math.floor(nextConnection() * ATTACKERS)}`;
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  opened += 1;
  open.add(socket);
  socket.on('error', () => {});
  socket.on('close', () => open.delete(socket));
  socket.resume();
  const opening = any(OPENINGS, nextConnection);
  if (opening !== '') socket.write(opening);
}

const beginning = performance.now();
let knocked = 0;
const ticking = setInterval(() => {
  const elapsed = Math.min(seconds, (performance.now() - beginning) / 1_000);
  for (let due = Math.floor(elapsed * rate) - sent; due > 0; due -= 1) strike();
  for (; knocked < elapsed * CONNECTIONS_A_SECOND; knocked += 1) knock();
  if (elapsed >= seconds) finish();
}, TICK_MS);

function finish(): void {
  clearInterval(ticking);
  const report: FloodReport = {
    sent,
    byName,
    amplified: attackers.filter(({ balance }) => balance < 0).length,
    bytesOut,
    bytesBack,
    answers,
    mostAnswers: Math.max(0, ...answersTo.values()),
    connections: { opened, stillOpen: open.size },
  };
  console.log(JSON.stringify(report));
  process.exit(0);
}
