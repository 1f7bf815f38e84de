import { z } from 'zod';
import { remoteParty } from './calls.ts';
import { idSchema } from './ids.ts';
import { callDirection } from './journal.ts';
import { lineState } from './lines.ts';
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
    sipCallId: z.string().max(256),
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
    state: z.enum(['connected', 'lost', 'silent', 'restored']),
    side: z.enum(['webrtc', 'rtp']),
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
