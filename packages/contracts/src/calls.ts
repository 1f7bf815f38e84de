import { z } from 'zod';
import { idSchema } from './ids.ts';
import { callDirection } from './journal.ts';
import { instant } from './time.ts';

/** Size bound of an SDP body we accept from a browser. */
export const sdp = z.string().min(10).max(20_000);

export const callState = z.enum(['dialling', 'ringing', 'connected', 'ended']);

/** The other side as the client shows it. */
export const remoteParty = z.object({
  /** Supercanonical (E.164 with +) where possible, else as reported; null = withheld. */
  number: z.string().nullable(),
  /** Grouped for reading; inside the company the extension. */
  display: z.string(),
  name: z.string().nullable(),
  userId: idSchema('user').nullable(),
});
export type RemoteParty = z.infer<typeof remoteParty>;

/** A live call as one user's devices see it. */
export const callView = z
  .object({
    id: idSchema('call'),
    direction: callDirection,
    state: callState,
    /** `ringing` of an outgoing call: the far end rings. */
    remote: remoteParty,
    lineId: idSchema('line'),
    lineNumber: z.string(),
    /** The device that holds the call's media, once there is one. */
    deviceId: idSchema('device').nullable(),
    startedAt: instant,
    answeredAt: instant.nullable(),
    hideReject: z.boolean(),
    emergency: z.boolean(),
    /** With state `ended`: why, as stable word and SIP status. */
    end: z
      .object({
        by: z.enum(['local', 'remote', 'system']),
        cause: z.string(),
        sipCode: z.number().int().nullable(),
        /** Answered on another device of the user: stop ringing quietly. */
        elsewhere: z.boolean(),
      })
      .nullable(),
  })
  .meta({ id: 'Call' });
export type CallView = z.infer<typeof callView>;

/** Commands about calls; the same on the client socket and on the node link. */
export const callCommands = {
  /** The browser's complete offer goes in, the engine's answer comes back at once. */
  'call.dial': z.strictObject({
    number: z.string().min(1).max(128),
    lineId: idSchema('line').optional(),
    sdp,
  }),
  'call.answer': z.strictObject({ callId: idSchema('call'), sdp }),
  'call.reject': z.strictObject({
    callId: idSchema('call'),
    /** busy = 486, decline = 603 (LIN-064). */
    variant: z.enum(['busy', 'decline']).default('busy'),
  }),
  'call.hangup': z.strictObject({ callId: idSchema('call') }),
  'call.dtmf': z.strictObject({
    callId: idSchema('call'),
    digits: z.string().regex(/^[0-9A-D*#]{1,32}$/),
  }),
} as const;
export type CallCommandType = keyof typeof callCommands;
export type CallCommandData<T extends CallCommandType> = z.output<(typeof callCommands)[T]>;

/** Results of `call.dial` and `call.answer`; the other commands answer `{}`. */
export const callMediaResult = z.object({ callId: idSchema('call'), sdp });
export type CallMediaResult = z.infer<typeof callMediaResult>;
