import { z } from 'zod';
import { callCommands, callView } from './calls.ts';
import { idSchema } from './ids.ts';
import { journalEntry } from './journal.ts';
import { lineState } from './lines.ts';
import { callQuality } from './media.ts';
import { presenceView, setPresence } from './presence.ts';

/** Version of the client's realtime protocol; N and N−1 are served. */
export const realtimeVersion = 1;
/** WebSocket subprotocol name. */
export const realtimeSubprotocol = 'trunkline.realtime';
/** Largest frame either side accepts, bytes. */
export const maxRealtimeFrame = 64 * 1024;
/**
 * Close code of a client that will not come back (signed out, window closed for good): its
 * session ends at once. Any other close is a cut and leaves the session to be resumed.
 */
export const realtimeLeaveCode = 4001;
/** Capability in a client's `hello`: a window that looks on and must not be rung (the portal). */
export const watchOnlyCapability = 'watch-only';
/** Capability in the server's `hello` for a client that may only make emergency calls. */
export const emergencyOnlyCapability = 'emergency-only';

/** Commands a client sends; each carries a client-made id and is idempotent by it. */
export const realtimeCommands = { ...callCommands, 'presence.set': setPresence } as const;
export type RealtimeCommandType = keyof typeof realtimeCommands;

const commandFrame = z.strictObject({
  t: z.literal('cmd'),
  /** Client-made, unique per device; the same id again answers the same result. */
  id: z.string().min(8).max(64),
  type: z.enum(Object.keys(realtimeCommands) as [RealtimeCommandType, ...RealtimeCommandType[]]),
  data: z.unknown(),
});

/** Frames from the client. The first one must be `hello`. */
export const clientFrame = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('hello'),
    version: z.number().int(),
    token: z.string().max(4096),
    capabilities: z.array(z.string().max(40)).max(20).default([]),
    /** Continue an earlier session: everything after `seq` is sent again. */
    resume: z.strictObject({ token: z.string().max(200), seq: z.number().int().min(0) }).optional(),
  }),
  /** All events up to `seq` were handled; the server may forget them. */
  z.strictObject({ t: z.literal('ack'), seq: z.number().int().min(0) }),
  commandFrame,
  /** A fresh access token, before the old one ends. */
  z.strictObject({ t: z.literal('token'), token: z.string().max(4096) }),
  z.strictObject({ t: z.literal('ping') }),
]);
export type ClientFrame = z.infer<typeof clientFrame>;

/** Events in a client's stream. */
export const realtimeEvents = {
  /** Complete state, first event of a session that was not resumed. */
  snapshot: z.object({
    presence: z.record(z.string(), presenceView),
    calls: z.array(callView),
    ownManual: setPresence.nullable(),
    /** Line states, for those who may read lines. */
    lines: z.record(z.string(), lineState),
  }),
  'presence.changed': z.object({ userId: idSchema('user'), presence: presenceView }),
  'presence.own': z.object({ manual: setPresence.nullable() }),
  'call.changed': z.object({ call: callView }),
  /** Only the latest is kept for a client that was cut. */
  'call.quality': z.object({ callId: idSchema('call'), quality: callQuality }),
  'journal.changed': z.object({ entry: journalEntry }),
  'line.state': z.object({ lineId: idSchema('line'), state: lineState }),
  /** The telephony service of this user went away or came back. */
  'telephony.reachable': z.object({ reachable: z.boolean() }),
  /** People, numbers or rights changed: fetch again. */
  'directory.changed': z.object({}),
} as const;
export type RealtimeEventType = keyof typeof realtimeEvents;
export type RealtimeEventData<T extends RealtimeEventType> = z.infer<(typeof realtimeEvents)[T]>;

/** Frames from the server. `event` and `result` are numbered together and replayed on resume. */
export type ServerFrame =
  | {
      t: 'hello';
      version: number;
      /** Secret of this session, for `resume`. */
      resumeToken: string;
      resumed: boolean;
      seq: number;
      /** Send a ping when silent for this long, seconds. */
      heartbeatSeconds: number;
      capabilities: string[];
    }
  | {
      [T in RealtimeEventType]: { t: 'event'; seq: number; type: T; data: RealtimeEventData<T> };
    }[RealtimeEventType]
  | { t: 'result'; seq: number; id: string; ok: true; data: unknown }
  | { t: 'result'; seq: number; id: string; ok: false; error: { code: string; title: string } }
  | { t: 'pong' }
  /** Last frame before the server closes the socket. */
  | { t: 'bye'; code: string; title: string };
