import { z } from 'zod';
import { eventEnvelope } from './call-events.ts';
import { type CallCommandType, callCommands, callView } from './calls.ts';
import { idSchema } from './ids.ts';
import { journalEntry } from './journal.ts';
import { lineState } from './lines.ts';
import { nodeListeners } from './listeners.ts';
import { callQuality } from './media.ts';
import { instant } from './time.ts';

/**
 * The link protocol: media nodes and edges dial out by WebSocket, one to the control plane
 * (`/v1/link`) and, nodes only, one to the region's edge (`/v1/node-link`). JSON frames,
 * versioned, the same everywhere. Version N and N−1 are served.
 */
export const linkVersion = 1;
export const linkSubprotocol = 'trunkline.link';
export const maxLinkFrame = 4 * 1024 * 1024;
export const linkHeartbeatSeconds = 10;

/** First frame of the one who dials. */
export const linkHello = z.strictObject({
  t: z.literal('hello'),
  version: z.number().int(),
  role: z.enum(['node', 'edge']),
  /** `mno_…` of a node, a name of an edge. */
  id: z.string().max(80),
  bootEpoch: z.number().int().positive(),
  /**
   * JWT (ES256) signed with the own registered key: `aud` `trunkline-link:control-plane` or
   * `trunkline-link:edge` after the end that is dialled, `sub` the id, at most 60 s old, `jti`
   * unique.
   */
  assertion: z.string().max(4096),
  capabilities: z.array(z.string().max(40)).max(20),
});
export const linkWelcome = z.object({
  t: z.literal('welcome'),
  version: z.number().int(),
  heartbeatSeconds: z.number().int(),
  /** Frames of later versions this end takes; others would count as a protocol error. */
  accepts: z.array(z.string().max(40)).max(20).optional(),
});
export type LinkWelcome = z.infer<typeof linkWelcome>;
const heartbeat = z.strictObject({ t: z.literal('ping') });
const heartbeatReply = z.strictObject({ t: z.literal('pong') });

// — control plane ⇄ node ————————————————————————————————————————————————

/** Frames a node sends to the control plane. */
export const nodeToControl = z.discriminatedUnion('t', [
  linkHello,
  heartbeat,
  heartbeatReply,
  /** Sections held, so that only newer documents are sent. */
  z.strictObject({
    t: z.literal('config.have'),
    sections: z.record(
      z.string(),
      z.object({ epoch: z.number().int(), version: z.number().int() }),
    ),
  }),
  z.strictObject({
    t: z.literal('config.result'),
    section: z.string(),
    epoch: z.number().int(),
    version: z.number().int(),
    ok: z.boolean(),
    error: z.string().max(500).nullable(),
  }),
  /** Where the node listens; only to whom its welcome accepts `listeners`. */
  z.strictObject({ t: z.literal('listeners'), told: nodeListeners }),
  /** Spooled events in order; repeated until acknowledged. */
  z.strictObject({ t: z.literal('events'), events: z.array(eventEnvelope).max(500) }),
]);
export type NodeToControl = z.infer<typeof nodeToControl>;

/** Frames the control plane sends to a node. */
export const controlToNode = z.discriminatedUnion('t', [
  linkWelcome,
  heartbeat,
  heartbeatReply,
  /** A signed document over exact bytes: `jws` is the compact serialisation of a `ConfigDocument`. */
  z.strictObject({ t: z.literal('config'), jws: z.string() }),
  /** Every event of the boot epoch up to `seq` is stored. */
  z.strictObject({
    t: z.literal('events.ack'),
    bootEpoch: z.number().int(),
    seq: z.number().int(),
  }),
  /** Start the registration of a line afresh (LIN-020). */
  z.strictObject({ t: z.literal('line.reset'), lineId: idSchema('line') }),
  /** Tell the REGISTERs and OPTIONS of a line until then (LIN-021). */
  z.strictObject({ t: z.literal('line.watch'), lineId: idSchema('line'), until: instant }),
]);
export type ControlToNode = z.infer<typeof controlToNode>;

// — control plane ⇄ edge ————————————————————————————————————————————————

export const edgeToControl = z.discriminatedUnion('t', [linkHello, heartbeat, heartbeatReply]);
export type EdgeToControl = z.infer<typeof edgeToControl>;

/** Notices of the control plane to its edges. Hints only: the truth is in the database. */
export const controlToEdge = z.discriminatedUnion('t', [
  linkWelcome,
  heartbeat,
  heartbeatReply,
  z.strictObject({
    t: z.literal('journal.changed'),
    tenant: idSchema('tenant'),
    userId: idSchema('user'),
    entry: journalEntry,
  }),
  z.strictObject({ t: z.literal('directory.changed'), tenant: idSchema('tenant') }),
  z.strictObject({ t: z.literal('tenant.state'), tenant: idSchema('tenant'), state: z.string() }),
  z.strictObject({
    t: z.literal('session.ended'),
    tenant: idSchema('tenant'),
    sessionId: idSchema('session'),
  }),
]);
export type ControlToEdge = z.infer<typeof controlToEdge>;

// — edge ⇄ node —————————————————————————————————————————————————————————

const addressee = { tenant: idSchema('tenant'), userId: idSchema('user') };

/** Frames a node sends to the edge. */
export const nodeToEdge = z.discriminatedUnion('t', [
  linkHello,
  heartbeat,
  heartbeatReply,
  /** Whom this node serves and what goes on; replaces all it said before. Sent after `welcome` and on change. */
  z.strictObject({
    t: z.literal('serving'),
    tenants: z.record(
      z.string(),
      z.object({
        users: z.array(idSchema('user')),
        lines: z.record(z.string(), lineState),
        calls: z.array(z.object({ userId: idSchema('user'), call: callView })),
      }),
    ),
  }),
  /** Ring the user's devices. The edge answers with `ring.result`. */
  z.strictObject({ t: z.literal('ring'), id: z.string(), ...addressee, call: callView }),
  /** The call of this user changed; also the fact behind telephony presence. */
  z.strictObject({ t: z.literal('call.changed'), ...addressee, call: callView }),
  /** How a user's live call sounds; ephemeral, every few seconds. */
  z.strictObject({
    t: z.literal('call.quality'),
    ...addressee,
    callId: idSchema('call'),
    quality: callQuality,
  }),
  z.strictObject({
    t: z.literal('line.state'),
    tenant: idSchema('tenant'),
    lineId: idSchema('line'),
    state: lineState,
  }),
  z.strictObject({
    t: z.literal('result'),
    id: z.string(),
    ok: z.boolean(),
    data: z.unknown(),
    /** Error code of the registry when not ok. */
    code: z.string().nullable(),
  }),
]);
export type NodeToEdge = z.infer<typeof nodeToEdge>;

/** Frames the edge sends to a node. */
export const edgeToNode = z.discriminatedUnion('t', [
  linkWelcome,
  heartbeat,
  heartbeatReply,
  /** How many devices of the user ring now; 0 = nobody is signed in. */
  z.strictObject({ t: z.literal('ring.result'), id: z.string(), devices: z.number().int() }),
  z.strictObject({
    t: z.literal('command'),
    /** Unique; the same id again answers the same result. */
    id: z.string().max(200),
    ...addressee,
    deviceId: idSchema('device'),
    /** Only emergency numbers may be dialled (suspended tenant, expired token). */
    emergencyOnly: z.boolean(),
    type: z.enum(Object.keys(callCommands) as [CallCommandType, ...CallCommandType[]]),
    data: z.unknown(),
    /** After this instant the node refuses: the client has given up. */
    expiresAt: instant,
  }),
  /** A device's last socket is gone for good: its calls may end. */
  z.strictObject({ t: z.literal('device.gone'), ...addressee, deviceId: idSchema('device') }),
]);
export type EdgeToNode = z.infer<typeof edgeToNode>;
