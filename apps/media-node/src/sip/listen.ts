import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { SipEndpoint, type SipEndpointOptions } from '@trunkline/sip/endpoint/endpoint.ts';
import type { ListenerOptions } from '@trunkline/sip/endpoint/transports.ts';
import type { ServerTls } from '@trunkline/sip/transport/stream.ts';
import { readIfThere, replaceFile } from '../durable-file.ts';

/** Where the node listens for SIP. */
export interface SipListenOptions {
  bindAddress: string;
  advertisedAddress: string;
  /** UDP and TCP; 0 takes a free one. */
  port: number;
  /** TLS; 0 takes a free one. */
  tlsPort: number;
  tls: ServerTls;
}

const portFile = 'sip-port';
const tlsPortFile = 'sip-tls-port';

/** Free ports are taken from below the range systems give outgoing connections. */
const freeRange = { first: 22_000, last: 31_999 };
const maxTries = 20;

/**
 * Opens the SIP listeners: UDP and TCP on one port, TLS on another. When any free port will do, the one
 * of last time is taken again if it is still free: the PBXs hold bindings to it until those expire, and
 * would ring the old port too.
 *
 * @throws the socket's error, when a port that was asked for is taken
 */
export async function listenSip(
  listen: SipListenOptions,
  options: Omit<SipEndpointOptions, 'listeners'>,
  folder: string,
): Promise<SipEndpoint> {
  const kept = { port: await keptPort(folder, portFile), tls: await keptPort(folder, tlsPortFile) };
  for (let tries = 1; ; tries++) {
    const port = listen.port || (tries === 1 && kept.port) || freePort();
    const tlsPort = listen.tlsPort || (tries === 1 && kept.tls) || freePort();
    try {
      const listeners = listenersOf(listen, port, tlsPort);
      const endpoint = await SipEndpoint.listen({ ...options, listeners });
      if (port !== kept.port) await replaceFile(join(folder, portFile), String(port));
      if (tlsPort !== kept.tls) await replaceFile(join(folder, tlsPortFile), String(tlsPort));
      return endpoint;
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      const fixed = listen.port !== 0 && listen.tlsPort !== 0;
      if (!taken || fixed || tries === maxTries) throw error;
    }
  }
}

function listenersOf(listen: SipListenOptions, port: number, tlsPort: number): ListenerOptions[] {
  const { bindAddress, advertisedAddress, tls } = listen;
  const at = { bindAddress, advertisedAddress };
  return [
    { transport: 'udp', port, ...at },
    { transport: 'tcp', port, ...at },
    { transport: 'tls', port: tlsPort, tls, ...at },
  ];
}

async function keptPort(folder: string, file: string): Promise<number> {
  const port = Number(await readIfThere(join(folder, file)));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
}

function freePort(): number {
  return randomInt(freeRange.first, freeRange.last + 1);
}
