import { maxRealtimeFrame } from '@trunkline/contracts/realtime.ts';

/** Bounds of the hub. Times in milliseconds of the monotonic clock, sizes in bytes. */
export interface HubLimits {
  /** From the opening of a socket to its `hello`. */
  helloMs: number;
  /** A client silent for longer is taken for gone; it pings after a third of this. */
  silenceMs: number;
  /** A cut session can be resumed, and its device counts as signed in, for this long. */
  sessionKeepMs: number;
  /** After the token's end a fresh one may still come in; meanwhile only emergency calls. */
  tokenGraceMs: number;
  /** Unacknowledged frames kept for a resume, by count and by bytes of their bodies. */
  replayFrames: number;
  replayBytes: number;
  /** What may wait in a socket's send buffer before it is cut as a slow consumer. */
  socketBufferBytes: number;
  /** The same for a media node's link, and the pause in which it must be heard. */
  linkBufferBytes: number;
  linkSilenceMs: number;
  /** What may wait of a node's frames until it is clear whether it serves their tenants. */
  waitingLinkFrames: number;
  waitingLinkBytes: number;
  /** How long it is believed that a node serves a tenant, and that it does not. */
  servedKeepMs: number;
  foreignKeepMs: number;
  /** After a failure to learn it nobody is asked, and earlier positive answers stand in. */
  authorityAwayMs: number;
  /** Answers kept of each kind, by pairs of node and tenant. */
  servedAnswers: number;
  /** Frames a client may send at once, and per second in the long run. */
  frameBurst: number;
  framesPerSecond: number;
  /** Frames that may wait behind a token check. */
  waitingFrames: number;
  sessionsPerUser: number;
  /** Results kept for repeated commands: per device, and for how long. */
  resultsPerDevice: number;
  resultKeepMs: number;
  /** Commands of one device on their way at the same time. */
  commandsInFlight: number;
  /** A node has this long to answer a command. */
  commandMs: number;
  /** Telephony facts and calls outlive their node's link by this much. */
  telephonyKeepMs: number;
  callKeepMs: number;
  /** Target size of one event; larger snapshots go on as single events. */
  eventBytes: number;
}

export const defaultLimits: HubLimits = {
  helloMs: 10_000,
  silenceMs: 60_000,
  sessionKeepMs: 90_000,
  tokenGraceMs: 60_000,
  replayFrames: 1000,
  replayBytes: 512 * 1024,
  socketBufferBytes: 1024 * 1024,
  linkBufferBytes: 8 * 1024 * 1024,
  linkSilenceMs: 25_000,
  waitingLinkFrames: 1000,
  waitingLinkBytes: 16 * 1024 * 1024,
  servedKeepMs: 60_000,
  foreignKeepMs: 2_000,
  authorityAwayMs: 5_000,
  servedAnswers: 50_000,
  frameBurst: 120,
  framesPerSecond: 30,
  waitingFrames: 64,
  sessionsPerUser: 32,
  resultsPerDevice: 256,
  resultKeepMs: 300_000,
  commandsInFlight: 32,
  commandMs: 15_000,
  telephonyKeepMs: 30_000,
  callKeepMs: 120_000,
  eventBytes: maxRealtimeFrame / 2,
};
