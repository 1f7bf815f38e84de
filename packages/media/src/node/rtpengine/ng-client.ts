/**
 * Client of rtpengine's ng protocol: bencoded requests over UDP, told apart by a cookie. The
 * daemon remembers its replies by cookie for some seconds, so repeating a request does no harm.
 */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import {
  type Bencodable,
  type BencodedDictionary,
  decodeBencode,
  encodeBencode,
} from './bencode.ts';

/** When a request is repeated, ms after it was sent first. */
const REPEAT_AT_MS = [200, 600, 1200, 2000];
const DEFAULT_TIMEOUT_MS = 3000;
/** Requests waiting for their reply. */
const MAX_PENDING = 2000;

export type NgErrorCode = 'timeout' | 'refused' | 'closed' | 'busy' | 'malformed';

/** Why a request to rtpengine failed; `refused` carries the daemon's own reason. */
export class NgError extends Error {
  readonly code: NgErrorCode;

  constructor(code: NgErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NgError';
    this.code = code;
  }
}

export interface NgAddress {
  /** IP address. */
  host: string;
  port: number;
}

interface Pending {
  resolve(reply: BencodedDictionary): void;
  reject(error: NgError): void;
  timers: NodeJS.Timeout[];
}

export class NgClient {
  readonly address: NgAddress;
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  readonly #pending = new Map<string, Pending>();
  #closed = false;

  /** Opens the socket towards one daemon. */
  static async open(address: NgAddress, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<NgClient> {
    const socket = createSocket(isIPv6(address.host) ? 'udp6' : 'udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      // Connected: datagrams of anybody else never get here.
      socket.connect(address.port, address.host, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    return new NgClient(address, socket, timeoutMs);
  }

  private constructor(address: NgAddress, socket: Socket, timeoutMs: number) {
    this.address = address;
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    socket.on('message', (datagram) => this.#receive(datagram));
    // Nobody listens there (ICMP): the request's own timeout tells it.
    socket.on('error', () => undefined);
  }

  /**
   * Sends a command and waits for its reply.
   * @throws NgError `refused` when the result is an error, `timeout`, `closed`, `busy`
   */
  request(
    command: string,
    body: { readonly [key: string]: Bencodable | undefined } = {},
  ): Promise<BencodedDictionary> {
    if (this.#closed) return Promise.reject(new NgError('closed', 'the ng client was closed'));
    if (this.#pending.size >= MAX_PENDING) {
      return Promise.reject(new NgError('busy', 'too many requests wait for rtpengine'));
    }
    const cookie = randomBytes(8).toString('hex');
    const datagram = Buffer.concat([
      Buffer.from(`${cookie} `),
      encodeBencode({ ...body, command }),
    ]);
    return new Promise((resolve, reject) => {
      const send = () => this.#socket.send(datagram, () => undefined);
      const timers = REPEAT_AT_MS.filter((ms) => ms < this.#timeoutMs).map((ms) =>
        setTimeout(send, ms),
      );
      timers.push(
        setTimeout(() => {
          this.#settle(cookie)?.reject(
            new NgError('timeout', `rtpengine left ${command} unanswered`),
          );
        }, this.#timeoutMs),
      );
      this.#pending.set(cookie, { resolve, reject, timers });
      send();
    });
  }

  /** Where replies are awaited. */
  get localAddress(): NgAddress {
    const { address, port } = this.#socket.address();
    return { host: address, port };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
    for (const cookie of [...this.#pending.keys()]) {
      this.#settle(cookie)?.reject(new NgError('closed', 'the ng client was closed'));
    }
  }

  #receive(datagram: Buffer): void {
    const space = datagram.indexOf(0x20);
    const pending = space < 0 ? undefined : this.#settle(datagram.toString('latin1', 0, space));
    // A late repetition of a reply that has already come.
    if (pending === undefined) return;
    const reply = readReply(datagram.subarray(space + 1));
    if (reply instanceof NgError) pending.reject(reply);
    else pending.resolve(reply);
  }

  #settle(cookie: string): Pending | undefined {
    const pending = this.#pending.get(cookie);
    this.#pending.delete(cookie);
    for (const timer of pending?.timers ?? []) clearTimeout(timer);
    return pending;
  }
}

function readReply(octets: Buffer): BencodedDictionary | NgError {
  try {
    const reply = decodeBencode(octets);
    if (typeof reply !== 'object' || Array.isArray(reply)) {
      return new NgError('malformed', 'the reply of rtpengine is no dictionary');
    }
    if (reply.result === 'error') {
      return new NgError('refused', String(reply['error-reason'] ?? 'no reason given'));
    }
    return reply;
  } catch (cause) {
    return new NgError('malformed', 'the reply of rtpengine cannot be read', { cause });
  }
}
