/** UDP ports of plain RTP legs: RTP on an even port, RTCP on the odd one above (RFC 3550 §11). */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { MediaEngineError } from '../engine-error.ts';

/** Attempts to find an even free port with a free one above when any port will do. */
const FREE_PORT_ATTEMPTS = 64;
/** Socket buffers hold about a second of audio: a short stall of the process loses nothing. */
const RECEIVE_BUFFER = 256 * 1024;

export interface RtpSockets {
  rtp: Socket;
  rtcp: Socket;
  /** Port of `rtp`. */
  port: number;
}

export class RtpPorts {
  readonly #pairs: number;
  readonly #first: number;
  #next: number;

  /**
   * @param min lowest port, 0 for any free port
   * @param max highest port, inclusive; 0 with `min` 0
   */
  constructor(min: number, max: number) {
    this.#first = min + (min % 2);
    this.#pairs = min === 0 ? 0 : Math.max(0, Math.floor((max - this.#first + 1) / 2));
    if (min !== 0 && this.#pairs === 0) {
      throw new MediaEngineError('invalid-argument', 'the RTP port range holds no pair of ports');
    }
    // A port that was just freed rests as long as possible: late packets of an ended call then
    // meet no new one.
    this.#next = this.#pairs === 0 ? 0 : Math.floor(Math.random() * this.#pairs);
  }

  /**
   * Binds a pair of ports.
   * @throws MediaEngineError `rtp-ports-exhausted`, `rtp-address-unusable`
   */
  async bind(address: string): Promise<RtpSockets> {
    const attempts = this.#pairs === 0 ? FREE_PORT_ATTEMPTS : this.#pairs;
    for (let i = 0; i < attempts; i++) {
      const sockets = await this.#bindPair(address, this.#nextPort());
      if (sockets !== undefined) return sockets;
    }
    throw new MediaEngineError('rtp-ports-exhausted', 'no free pair of RTP ports');
  }

  #nextPort(): number {
    if (this.#pairs === 0) return 0;
    const port = this.#first + 2 * this.#next;
    this.#next = (this.#next + 1) % this.#pairs;
    return port;
  }

  async #bindPair(address: string, wanted: number): Promise<RtpSockets | undefined> {
    const rtp = await bindSocket(address, wanted);
    if (rtp === undefined) return undefined;
    const { port } = rtp.address();
    const rtcp = port % 2 === 0 ? await bindSocket(address, port + 1) : undefined;
    if (rtcp === undefined) {
      rtp.close();
      return undefined;
    }
    return { rtp, rtcp, port };
  }
}

/** Binds one socket; undefined when the port is taken. */
async function bindSocket(address: string, port: number): Promise<Socket | undefined> {
  const family = isIPv6(address) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    // Destinations are IP addresses: spares each packet the detour over the resolver.
    lookup: (host, _options, callback) => callback(null, host, family),
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ port, address, exclusive: true }, () => {
        socket.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    socket.close();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE' || code === 'EACCES') return undefined;
    throw new MediaEngineError('rtp-address-unusable', `cannot bind RTP to ${address}`, {
      cause: error,
    });
  }
  socket.setRecvBufferSize(RECEIVE_BUFFER);
  return socket;
}
