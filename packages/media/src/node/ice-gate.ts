/**
 * Stands between the UDP sockets of a werift ICE agent and the agent.
 *
 * werift 0.25 takes STUN requests without verifying their MESSAGE-INTEGRITY, and hands DTLS and
 * SRTP on from whatever source they come. A stranger who finds the port could so confuse the ICE
 * roles, exhaust the check list, or race the browser's DTLS handshake (the class of
 * CVE-2023-51443). Behind the gate the agent sees only authentic checks, and DTLS only from sources
 * whose connectivity check has succeeded (RFC 8445 §12.2, RFC 8827 §6.5); SRTP of such sources goes
 * to the leg itself, past the agent.
 */
import { CandidatePairState, type IceConnection, UdpTransport } from 'werift';
import { isAuthenticCheck, stunKind } from './stun-check.ts';

type Source = readonly [address: string, port: number];

/** A browser uses few addresses; more are refused, so the list of pairs stays bounded. */
const MAX_SOURCES = 64;
/** DTLS record header (RFC 6347 §4.1): the epoch lies at 3. */
const DTLS_EPOCH_OFFSET = 3;

export class IceGate {
  readonly #connection: IceConnection;
  readonly #isDtlsConnected: () => boolean;
  readonly #gated = new WeakSet<UdpTransport>();
  readonly #sources = new Set<string>();
  readonly #onMedia: (datagram: Buffer) => void;
  #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #lastValid: { transport: UdpTransport; source: Source } | undefined;
  #refused = 0;
  #closed = false;

  /**
   * @param connection of a transport that has not gathered candidates yet
   * @param isDtlsConnected once true, unencrypted DTLS records (forged alerts) are refused
   * @param onMedia gets SRTP and SRTCP of validated sources; the agent sees none of it
   */
  constructor(
    connection: IceConnection,
    isDtlsConnected: () => boolean,
    onMedia: (datagram: Buffer) => void,
  ) {
    this.#connection = connection;
    this.#isDtlsConnected = isDtlsConnected;
    this.#onMedia = onMedia;
    // Runs in the tick in which a socket is bound: no datagram gets past.
    connection.onIceCandidate.subscribe(() => this.#gateSockets());
    const connect = connection.connect.bind(connection);
    // Without candidates of the browser the agent would give up at once: let it begin when the
    // browser's first check is there, which makes the browser a peer-reflexive candidate.
    connection.connect = async () => {
      await this.#firstCheck();
      await connect();
    };
  }

  /** Datagrams refused so far. */
  get refused(): number {
    return this.#refused;
  }

  /** Forgets what was validated: the browser restarts ICE with new credentials. */
  restart(): void {
    this.#lastValid = undefined;
    this.#sources.clear();
  }

  close(): void {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the leg was closed'));
  }

  #firstCheck(): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the leg was closed'));
    if (this.#sources.size > 0) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #gateSockets(): void {
    // werift declares the list private; it is checked here, so that a new version that names it
    // otherwise fails loudly in place of running without the gate.
    const protocols: unknown = Reflect.get(this.#connection, 'protocols');
    if (!Array.isArray(protocols)) throw new Error('werift has no list of ICE sockets any more');
    for (const protocol of protocols) {
      const transport: unknown = Reflect.get(protocol, 'transport');
      if (!(transport instanceof UdpTransport) || this.#gated.has(transport)) continue;
      this.#gated.add(transport);
      const deliver = transport.onData;
      transport.onData = (datagram, source) => {
        if (!this.#admits(transport, datagram, source)) {
          this.#refused++;
          return;
        }
        if (isMedia(datagram)) {
          this.#onMedia(datagram);
          return;
        }
        deliver(datagram, source);
        if (this.#waiting.length > 0 && this.#sources.size > 0) {
          for (const { resolve } of this.#waiting.splice(0)) resolve();
        }
      };
    }
  }

  /** Tells the protocols on one port apart by the first octet (RFC 7983 §7). */
  #admits(transport: UdpTransport, datagram: Uint8Array, source: Source): boolean {
    const first = datagram[0];
    if (first === undefined) return false;
    if (first < 4) return this.#admitsStun(datagram, source);
    if (isMedia(datagram)) return this.#isValidated(transport, source);
    if (first >= 20 && first < 64) {
      return !this.#isPlaintextAfterHandshake(datagram) && this.#isValidated(transport, source);
    }
    return false;
  }

  #admitsStun(datagram: Uint8Array, source: Source): boolean {
    const kind = stunKind(datagram);
    // The agent verifies responses itself: by transaction id and MESSAGE-INTEGRITY.
    if (kind !== 'request') return kind === 'response';
    const { localUsername, localPassword, remoteUsername } = this.#connection;
    if (!isAuthenticCheck(datagram, `${localUsername}:${remoteUsername}`, localPassword)) {
      return false;
    }
    const key = `${source[0]} ${source[1]}`;
    if (!this.#sources.has(key) && this.#sources.size >= MAX_SOURCES) return false;
    this.#sources.add(key);
    return true;
  }

  #isPlaintextAfterHandshake(record: Uint8Array): boolean {
    if (record.length < DTLS_EPOCH_OFFSET + 2) return true;
    const epoch = ((record[DTLS_EPOCH_OFFSET] ?? 0) << 8) | (record[DTLS_EPOCH_OFFSET + 1] ?? 0);
    return epoch === 0 && this.#isDtlsConnected();
  }

  #isValidated(transport: UdpTransport, source: Source): boolean {
    const last = this.#lastValid;
    if (last?.transport === transport && last.source[1] === source[1]) {
      if (last.source[0] === source[0]) return true;
    }
    const valid = this.#connection.candidatePairs.some(
      ({ state, remoteAddr, protocol }) =>
        state === CandidatePairState.SUCCEEDED &&
        remoteAddr[0] === source[0] &&
        remoteAddr[1] === source[1] &&
        Reflect.get(protocol, 'transport') === transport,
    );
    if (valid) this.#lastValid = { transport, source };
    return valid;
  }
}

/** Whether the first octet is that of RTP or RTCP (RFC 7983 §7). */
function isMedia(datagram: Uint8Array): boolean {
  const first = datagram[0] ?? 0;
  return first >= 128 && first < 192;
}
