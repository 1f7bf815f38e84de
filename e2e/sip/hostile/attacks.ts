import { createHash } from 'node:crypto';
import { mutated, seeded } from '@trunkline/sip/testing/fuzz-mutations.ts';
import { fuzzSeeds } from '@trunkline/sip/testing/fuzz-seeds.ts';
import type { Random } from '../../harness/seeded-random.ts';

/** One hostile datagram for the endpoint at `port`, from the attacker at `from`. */
export type Attack = (from: string, port: number) => Buffer;

/** Mutants made beforehand; making them costs more than sending them. */
const MUTANTS = 2_000;
const OVERSIZED_BYTES = 60_000;

interface Parts {
  user?: string;
  toTag?: string;
  more?: readonly string[];
}

/** An attack of a flood, with its share in all datagrams that carry the sender's own address. */
export interface NamedAttack {
  readonly name: string;
  readonly share: number;
  readonly attack: Attack;
}

/** Everything attackers send; one sequence of numbers makes one flood. */
export interface Arsenal {
  readonly attacks: readonly NamedAttack[];
  /** What a liar with the PBX's address sends, at the risk of real calls: ends and refreshes. */
  readonly spoofed: readonly Attack[];
}

/** What is tried, drawn from `next`. */
export function arsenal(next: Random): Arsenal {
  const random = (below: number) => Math.floor(next() * below);
  const hex = (bytes: number) =>
    Array.from({ length: bytes }, () => random(256).toString(16).padStart(2, '0')).join('');

  function request(method: string, from: string, port: number, parts: Parts = {}): Buffer {
    const { user = '100', toTag, more = [] } = parts;
    const uri = `sip:${user}@127.0.0.1:${port}`;
    return Buffer.from(
      [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/UDP ${from};branch=z9hG4bK${hex(8)};rport`,
        'Max-Forwards: 70',
        `From: <sip:${user}@127.0.0.1>;tag=${hex(4)}`,
        `To: <${uri}>${toTag === undefined ? '' : `;tag=${toTag}`}`,
        `Call-ID: ${hex(8)}`,
        `CSeq: ${1 + random(100)} ${method}`,
        `Contact: <sip:${user}@${from}>`,
        'User-Agent: friendly-scanner',
        ...more,
        'Content-Length: 0\r\n\r\n',
      ].join('\r\n'),
    );
  }

  function guess(method: string): string {
    const user = String(100 + random(900));
    const response = createHash('sha256').update(hex(8)).digest('hex');
    return (
      `Authorization: Digest username="${user}", realm="pbx", nonce="${hex(16)}", ` +
      `uri="sip:pbx", response="${response}", algorithm=SHA-256, qop=auth, nc=00000001, ` +
      `cnonce="${hex(4)}", method="${method}"`
    );
  }

  const below = seeded(random(0x1_0000_0000));
  const seeds = fuzzSeeds();
  const mutants = Array.from({ length: MUTANTS }, () => mutated(seeds, below));
  const bruteForce =
    (method: string): Attack =>
    (from, port) =>
      request(method, from, port, { more: [guess(method)] });
  const enumeration =
    (method: string): Attack =>
    (from, port) =>
      request(method, from, port, { user: String(random(10_000)) });
  const guessedDialog =
    (method: string): Attack =>
    (from, port) =>
      request(method, from, port, { toTag: hex(8) });
  const attacks: NamedAttack[] = [
    { name: 'malformed', share: 30, attack: () => mutants[random(MUTANTS)] ?? Buffer.from('x') },
    { name: 'REGISTER brute force', share: 15, attack: bruteForce('REGISTER') },
    { name: 'INVITE brute force', share: 12, attack: bruteForce('INVITE') },
    { name: 'OPTIONS enumeration', share: 15, attack: enumeration('OPTIONS') },
    { name: 'INVITE enumeration', share: 12, attack: enumeration('INVITE') },
    { name: 'guessed BYE', share: 5, attack: guessedDialog('BYE') },
    { name: 'guessed CANCEL', share: 4, attack: enumeration('CANCEL') },
    { name: 'guessed re-INVITE', share: 4, attack: guessedDialog('INVITE') },
    { name: 'stray ACK', share: 2, attack: guessedDialog('ACK') },
    {
      name: 'oversized',
      share: 1,
      attack: (from, port) =>
        request('INVITE', from, port, { more: [`Subject: ${'x'.repeat(OVERSIZED_BYTES)}`] }),
    },
  ];
  const spoofed: Attack[] = [
    guessedDialog('BYE'),
    (from, port) => request('CANCEL', from, port),
    guessedDialog('INVITE'),
    (_from, port) =>
      Buffer.from(`INVITE sip:x@127.0.0.1:${port} SIP/2.0\r\nVia: nonsense\r\nFrom: <\r\n\r\n`),
  ];
  return { attacks, spoofed };
}
