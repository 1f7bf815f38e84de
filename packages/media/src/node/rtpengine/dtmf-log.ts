/**
 * Takes the key presses rtpengine tells (`--dtmf-log-dest`): one JSON object a datagram, sent when
 * a key is let go.
 */
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { digitOfEvent } from '../../rfc4733.ts';
import type { NgAddress } from './ng-client.ts';

/** Longer than any the daemon writes. */
const MAX_DATAGRAM = 4096;

export interface LoggedKey {
  callId: string;
  /** Tag of the side that pressed the key. */
  tag: string;
  digit: string;
}

export interface DtmfLog {
  /** UDP port it listens on. */
  readonly port: number;
  close(): void;
}

/**
 * Listens for keys.
 * @param hosts IP addresses of the daemons; datagrams of others are dropped
 * @throws the socket's error when the port cannot be bound
 */
export async function openDtmfLog(
  at: NgAddress,
  hosts: readonly string[],
  onKey: (key: LoggedKey) => void,
): Promise<DtmfLog> {
  const socket = createSocket(isIPv6(at.host) ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(at.port, at.host, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  socket.on('message', (datagram, from) => {
    if (!hosts.includes(from.address)) return;
    const key = readLoggedKey(datagram);
    if (key !== undefined) onKey(key);
  });
  return { port: socket.address().port, close: () => socket.close() };
}

/** Reads one datagram; undefined when it tells of no key. */
export function readLoggedKey(datagram: Uint8Array): LoggedKey | undefined {
  if (datagram.length > MAX_DATAGRAM) return undefined;
  let told: unknown;
  try {
    told = JSON.parse(Buffer.from(datagram).toString());
  } catch {
    return undefined;
  }
  if (typeof told !== 'object' || told === null) return undefined;
  const { callid, source_tag: tag, type, event } = told as Record<string, unknown>;
  if (type !== 'DTMF' || typeof callid !== 'string' || typeof tag !== 'string') return undefined;
  const digit = typeof event === 'number' ? digitOfEvent(event) : undefined;
  return digit === undefined ? undefined : { callId: callid, tag, digit };
}
