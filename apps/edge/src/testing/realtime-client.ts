import {
  type RealtimeEventData,
  type RealtimeEventType,
  realtimeSubprotocol,
  realtimeVersion,
  type ServerFrame,
} from '@trunkline/contracts/realtime.ts';
import { WebSocket } from 'ws';

/** A browser tab on a real socket: says hello, numbers checked, everything kept. */
export interface RealtimeClient {
  readonly frames: ServerFrame[];
  readonly socket: WebSocket;
  /** Last number handled. */
  readonly seq: number;
  readonly resumeToken: string;
  send(frame: object): void;
  events<T extends RealtimeEventType>(type: T): RealtimeEventData<T>[];
  result(id: string): (ServerFrame & { t: 'result' }) | undefined;
  closed: { code: number } | undefined;
}

export async function openRealtime(
  edgeUrl: string,
  token: string,
  resume?: { token: string; seq: number },
): Promise<RealtimeClient> {
  const socket = new WebSocket(
    `${edgeUrl.replace(/^http/, 'ws')}/v1/realtime`,
    realtimeSubprotocol,
  );
  const frames: ServerFrame[] = [];
  let seq = resume?.seq ?? 0;
  const client: RealtimeClient = {
    frames,
    socket,
    closed: undefined,
    get seq() {
      return seq;
    },
    get resumeToken() {
      return frames.find((frame) => frame.t === 'hello')?.resumeToken ?? '';
    },
    send: (frame) => socket.send(JSON.stringify(frame)),
    events: (type) =>
      frames.flatMap((frame) =>
        frame.t === 'event' && frame.type === type ? [frame.data as never] : [],
      ),
    result: (id) =>
      frames.find(
        (frame): frame is ServerFrame & { t: 'result' } => frame.t === 'result' && frame.id === id,
      ),
  };
  socket.on('message', (data) => {
    const frame = JSON.parse(data.toString()) as ServerFrame;
    frames.push(frame);
    if (frame.t === 'hello') seq = frame.seq;
    if (frame.t !== 'event' && frame.t !== 'result') return;
    if (frame.seq !== seq + 1) throw new Error(`frame ${frame.seq} after ${seq}`);
    seq = frame.seq;
  });
  socket.on('close', (code) => {
    client.closed = { code };
  });
  socket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  client.send({
    t: 'hello',
    version: realtimeVersion,
    token,
    capabilities: [],
    ...(resume && { resume }),
  });
  await new Promise<void>((resolve) => {
    socket.once('message', () => resolve());
    socket.once('close', () => resolve());
  });
  return client;
}
