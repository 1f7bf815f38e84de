import { z } from 'zod';
import { limitReason } from './call-limits.ts';
import { remoteParty } from './calls.ts';
import { idSchema } from './ids.ts';
import { callDirection } from './journal.ts';
import { lineState } from './lines.ts';
import { legQuality } from './media.ts';
import { forwardMethod, transferMethod } from './pbx-templates.ts';
import { instant } from './time.ts';

/** Schema version of the event data, raised when a field changes its meaning. */
export const eventSchemaVersion = 1;

const endedBy = z.enum(['local', 'remote', 'system']);

/**
 * What a media node reports: the flight recorder of a call. Append-only; every component that
 * takes part adds its own events. Receivers deduplicate on node + boot epoch + sequence number.
 */
export const nodeEvents = {
  'call.started': z.object({
    direction: callDirection,
    lineId: idSchema('line'),
    lineGroupId: idSchema('lineGroup'),
    lineNumber: z.string(),
    /** Supercanonical number of our own side. */
    localNumber: z.string().nullable(),
    /** Users the call belongs to: the caller, or all whose devices may ring. */
    userIds: z.array(idSchema('user')),
    remote: remoteParty,
    /** Outgoing: what was typed and what went to the PBX, with the pipeline's trace. */
    dialled: z
      .object({ typed: z.string(), sent: z.string(), trace: z.array(z.unknown()) })
      .nullable(),
    emergency: z.boolean(),
    private: z.boolean(),
    journal: z.boolean(),
    /** Cut, not refused: the far end chose it, and must not choose to be in no journal. */
    sipCallId: z.string().transform((id) => id.slice(0, 256)),
    /** Forwarding chain as the PBX told it (Diversion, History-Info), first one first. */
    diversions: z.array(z.string().max(200)).max(10).default([]),
  }),
  /** A decision about where the call goes, with why: rule, setting, right. */
  'call.route': z.object({
    decision: z.string().max(60),
    detail: z.string().max(500),
    target: z.string().max(200).nullable(),
    trace: z.array(z.unknown()).max(100),
  }),
  /** A user's devices ring, or the far end of an outgoing call does. */
  'call.ringing': z.object({ userId: idSchema('user').nullable(), devices: z.number().int() }),
  'call.answered': z.object({ userId: idSchema('user'), deviceId: idSchema('device').nullable() }),
  /** A client rejected; `variant` is what it asked for, `sipCode` what the PBX was told, if anything. */
  'call.rejected': z.object({
    userId: idSchema('user'),
    variant: z.string(),
    sipCode: z.number().int().nullable(),
  }),
  'call.media': z.object({
    /** `agreed`: codec and encryption are settled by SDP. */
    state: z.enum(['agreed', 'connected', 'lost', 'silent', 'restored']),
    side: z.enum(['webrtc', 'rtp', 'far']),
    codec: z.string().max(20).nullable().default(null),
    encrypted: z.boolean().nullable().default(null),
    address: z.string().max(80).nullable().default(null),
  }),
  /** Quality of a side: at the end, when it gets worse or better, not more than every 10 s. */
  'call.quality': z.object({
    side: z.enum(['webrtc', 'rtp', 'far']),
    final: z.boolean(),
    quality: legQuality,
  }),
  'call.held': z.object({ by: z.enum(['local', 'remote']), held: z.boolean() }),
  'call.dtmf': z.object({ from: z.enum(['local', 'remote']), digits: z.number().int() }),
  /** The call left this user for another target before it was answered. */
  'call.forwarded': z.object({
    reason: z.enum(['always', 'busy', 'no_answer', 'signed_out', 'mailbox', 'list', 'user']),
    method: forwardMethod,
    userId: idSchema('user').nullable(),
    /** Supercanonical target where possible. */
    target: z.string().max(200),
    /** `tried`, then `accepted` or `failed`. */
    state: z.enum(['tried', 'accepted', 'failed']),
    sipCode: z.number().int().nullable(),
  }),
  'call.transferred': z.object({
    /** Who asked for it: our user, or the PBX (REFER, Replaces); then the user goes on talking. */
    by: z.enum(['local', 'remote']).default('local'),
    kind: z.enum(['blind', 'attended']),
    method: transferMethod,
    userId: idSchema('user').nullable(),
    target: z.string().max(200),
    state: z.enum(['tried', 'accepted', 'failed']),
    sipCode: z.number().int().nullable(),
    /** The other own call of an attended transfer. */
    otherCallId: idSchema('call').nullable(),
  }),
  /** Another user took the ringing call (LIN-072); it counts as answered (SVC-019). */
  'call.picked_up': z.object({ userId: idSchema('user'), from: z.array(idSchema('user')) }),
  'call.moved': z.object({ userId: idSchema('user'), deviceId: idSchema('device') }),
  /** The toll-fraud floor refused a call (VOX-133); nothing left the node. */
  'limit.hit': z.object({
    reason: limitReason,
    userId: idSchema('user').nullable(),
    lineId: idSchema('line').nullable(),
    /** Country calling code or prefix; never the whole number. */
    destination: z.string().max(20).nullable(),
  }),
  /** One SIP message of a running capture, complete (LIN-097). */
  'capture.packet': z.object({
    captureId: idSchema('capture'),
    direction: z.enum(['in', 'out']),
    transport: z.enum(['udp', 'tcp', 'tls', 'ws', 'wss']),
    local: z.object({ address: z.string().max(64), port: z.number().int() }),
    remote: z.object({ address: z.string().max(64), port: z.number().int() }),
    /** Base64 of the bytes, credentials masked. */
    bytes: z.string().max(90_000),
  }),
  'call.ended': z.object({
    by: endedBy,
    /** Stable word: normal, busy, no_answer, rejected, cancelled, not_signed_in, node_lost, … */
    cause: z.string().max(60),
    sipCode: z.number().int().nullable(),
    text: z.string().max(300),
    /** Talk time by the node's monotonic clock. */
    durationMs: z.number().int().min(0),
  }),
  /** One SIP message of the call; digits of numbers masked, no credentials. */
  'sip.message': z.object({
    direction: z.enum(['in', 'out']),
    startLine: z.string().max(500),
    cseq: z.string().max(80),
    peer: z.string().max(80),
    /** Which leg of the call: the first to the PBX, or one made for forwarding or transfer. */
    leg: z.enum(['rtp', 'far']).default('rtp'),
  }),
  /** A REGISTER or OPTIONS of a line somebody watches (LIN-021); credentials masked. */
  'line.sip': z.object({
    lineId: idSchema('line'),
    direction: z.enum(['in', 'out']),
    startLine: z.string().max(500),
    cseq: z.string().max(80),
    peer: z.string().max(80),
    text: z.string().max(8_000),
  }),
  'line.state': z.object({ lineId: idSchema('line'), state: lineState }),
} as const;
export type NodeEventType = keyof typeof nodeEvents;
export type NodeEventData<T extends NodeEventType> = z.infer<(typeof nodeEvents)[T]>;

/** The envelope of design: one numbered stream per boot of a node. */
export const eventEnvelope = z.object({
  id: idSchema('event'),
  tenant: idSchema('tenant'),
  call: idSchema('call').nullable(),
  node: idSchema('mediaNode'),
  /** Milliseconds of the wall clock when the node process started; grows with each boot. */
  bootEpoch: z.number().int().positive(),
  /** 1, 2, 3 … within a boot epoch. */
  seq: z.number().int().positive(),
  occurredAt: instant,
  schema: z.number().int(),
  type: z.enum(Object.keys(nodeEvents) as [NodeEventType, ...NodeEventType[]]),
  data: z.unknown(),
});
export type EventEnvelope = {
  [T in NodeEventType]: Omit<z.infer<typeof eventEnvelope>, 'type' | 'data'> & {
    type: T;
    data: NodeEventData<T>;
  };
}[NodeEventType];

/** Parses an envelope together with the data of its type. */
export function parseEnvelope(input: unknown): EventEnvelope {
  const envelope = eventEnvelope.parse(input);
  return { ...envelope, data: nodeEvents[envelope.type].parse(envelope.data) } as EventEnvelope;
}
