/** One WebSocket as the link server sees it; adapters exist per runtime. */
export interface LinkSocket {
  send(text: string): void;
  /** Bytes handed to `send` that have not left yet. */
  readonly bufferedBytes: number;
  /** Closing handshake (RFC 6455 §7.1.2). */
  close(code: number, reason: string): void;
}

/** What the adapter calls. */
export interface LinkConnection {
  message(text: string): void;
  closed(): void;
}

/** Close codes of ours (RFC 6455 §7.4.2, private use). */
export const closeCodes = {
  goingAway: 1001,
  protocolError: 4400,
  unauthenticated: 4401,
  timeout: 4408,
  replaced: 4409,
  overloaded: 4429,
  resync: 4503,
} as const;

/** A peer that does not read is dropped beyond this. */
export const maxBufferedBytes = 16 * 1024 * 1024;
