import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { HubSocket } from '../hub/ports.ts';

/** Holds back what is written to many sockets until this turn of the event loop is over. */
export interface WriteBatch {
  hold(stream: Duplex): void;
}

/**
 * Frames that a burst of events writes to one socket leave in one system call: the stream is
 * corked with its first frame and uncorked once all of this turn's I/O was handled.
 */
export function createWriteBatch(): WriteBatch {
  let held = new Set<Duplex>();
  const release = () => {
    const streams = held;
    held = new Set();
    for (const stream of streams) stream.uncork();
  };
  return {
    hold(stream) {
      if (held.has(stream)) return;
      if (held.size === 0) setImmediate(release);
      held.add(stream);
      stream.cork();
    },
  };
}

/** A `ws` socket as the hub wants it. */
export function batchedSocket(socket: WebSocket, stream: Duplex, batch: WriteBatch): HubSocket {
  return {
    send(text) {
      if (socket.readyState !== socket.OPEN) return;
      batch.hold(stream);
      socket.send(text);
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
  };
}
