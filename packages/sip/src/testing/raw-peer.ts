import type { SipMessage, SipResponse } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import type { SipTransport, SocketAddress } from '../transport/transport.ts';
import type { MemoryNetwork } from './memory-network.ts';

/** A peer without a stack: sends what it is told, keeps what it gets. */
export class RawPeer {
  readonly received: SipMessage[] = [];
  readonly local: SocketAddress;
  private readonly transport: SipTransport;
  private readonly to: SocketAddress;

  constructor(network: MemoryNetwork, local: SocketAddress, to: SocketAddress) {
    this.local = local;
    this.to = to;
    this.transport = network.open(local, {
      received: (bytes) => this.received.push(parseMessage(bytes)),
      broken: () => {},
    });
  }

  /** Sends header lines and a body; the lines get CRLF, Content-Length is added. */
  send(lines: readonly string[], body = ''): void {
    const length = new TextEncoder().encode(body).byteLength;
    const text = [...lines, `Content-Length: ${length}`, '', body].join('\r\n');
    this.transport.send(new TextEncoder().encode(text), { ...this.to, transport: 'udp' }, () => {});
  }

  /** Responses received, all or those to one method. */
  responses(method?: string): SipResponse[] {
    return this.received.filter(
      (message): message is SipResponse =>
        message.kind === 'response' && (method === undefined || message.cseq.method === method),
    );
  }

  /** Status codes of the responses received. */
  statuses(method?: string): number[] {
    return this.responses(method).map(({ statusCode }) => statusCode);
  }
}
