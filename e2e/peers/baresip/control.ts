import { connect, type Socket } from 'node:net';
import { waitFor } from '../../harness/wait-for.ts';

const MAX_MESSAGE_BYTES = 262_144;
const MAX_EVENTS = 10_000;
const REPLY_TIMEOUT_MS = 5_000;

/** An event of baresip's, as its control socket tells it. */
export interface BaresipEvent {
  /** Such as `CALL_INCOMING`, `CALL_CLOSED`, `REGISTER_OK`. */
  readonly type: string;
  readonly direction?: string;
  readonly peerUri?: string;
  /** Call-ID. */
  readonly id?: string;
  /** Depends on the type: the reason of a closed call, the digit of a DTMF event. */
  readonly param?: string;
}

/** What baresip answered to a command. */
export interface BaresipReply {
  readonly ok: boolean;
  readonly data: string;
}

/** The control connection: commands with replies, and events as they come. */
export interface BaresipControl {
  /** All events so far, oldest first. */
  readonly events: readonly BaresipEvent[];
  /** Runs a menu command; throws if baresip says no or nothing. */
  command(command: string, params?: string): Promise<BaresipReply>;
  close(): void;
}

/** Connects as soon as the port listens. */
export async function openControl(
  port: number,
  options: { readonly timeoutMs: number; readonly given: () => boolean },
): Promise<BaresipControl> {
  const socket = await waitFor(
    'baresip to take a control connection',
    async () => {
      if (options.given()) throw new Error('baresip has ended');
      return tryConnect(port);
    },
    { timeoutMs: options.timeoutMs },
  );
  return overSocket(socket);
}

function tryConnect(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function overSocket(socket: Socket): BaresipControl {
  const events: BaresipEvent[] = [];
  const pending = new Map<string, (reply: BaresipReply | Error) => void>();
  let nextToken = 1;
  let buffer: Buffer = Buffer.alloc(0);

  const fail = (error: Error) => {
    for (const settle of pending.values()) settle(error);
    pending.clear();
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('baresip closed the control connection')));
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    try {
      for (;;) {
        const taken = takeNetstring(buffer);
        if (!taken) return;
        buffer = taken.rest;
        handle(JSON.parse(taken.text));
      }
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });

  const handle = (message: unknown) => {
    if (typeof message !== 'object' || message === null) throw new Error('not an object');
    const text = (name: string) => {
      const value: unknown = Reflect.get(message, name);
      return typeof value === 'string' ? value : undefined;
    };
    if (Reflect.get(message, 'response') === true) {
      const token = text('token') ?? '';
      pending.get(token)?.({ ok: Reflect.get(message, 'ok') === true, data: text('data') ?? '' });
      pending.delete(token);
      return;
    }
    const type = text('type');
    if (!type || events.length >= MAX_EVENTS) return;
    const optional = { direction: 'direction', peerUri: 'peeruri', id: 'id', param: 'param' };
    const fields = Object.entries(optional).flatMap(([field, name]) => {
      const value = text(name);
      return value === undefined ? [] : [[field, value] as const];
    });
    events.push({ type, ...Object.fromEntries(fields) });
  };

  return {
    events,
    async command(command, params = '') {
      const token = String(nextToken);
      nextToken += 1;
      const message = JSON.stringify({ command, params, token });
      const reply = await new Promise<BaresipReply>((resolve, reject) => {
        const timer = setTimeout(() => {
          pending.delete(token);
          reject(new Error(`baresip did not answer to ${command}`));
        }, REPLY_TIMEOUT_MS);
        pending.set(token, (result) => {
          clearTimeout(timer);
          if (result instanceof Error) reject(result);
          else resolve(result);
        });
        socket.write(`${Buffer.byteLength(message)}:${message},`);
      });
      if (!reply.ok) throw new Error(`baresip refused ${command} ${params}: ${reply.data}`);
      return reply;
    },
    close: () => socket.destroy(),
  };
}

/** Takes one `LENGTH:TEXT,` off the front; `undefined` if it is not all there yet. */
function takeNetstring(buffer: Buffer): { text: string; rest: Buffer } | undefined {
  const colon = buffer.indexOf(0x3a);
  if (colon < 0) {
    if (buffer.length > 10) throw new Error('no netstring');
    return undefined;
  }
  const length = Number(buffer.toString('latin1', 0, colon));
  if (!Number.isInteger(length) || length > MAX_MESSAGE_BYTES) throw new Error('no netstring');
  const end = colon + 1 + length;
  if (buffer.length < end + 1) return undefined;
  return { text: buffer.toString('utf8', colon + 1, end), rest: buffer.subarray(end + 1) };
}
