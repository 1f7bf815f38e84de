import { z } from 'zod';
import { callFunction } from './call-functions.ts';
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
    /** We hold the other side: it hears its telephone system's music. */
    held: z.boolean(),
    /** The other side holds us. */
    remoteHeld: z.boolean(),
    /** What may be done with this call now (LIN-026); the node refuses everything else. */
    functions: z.array(callFunction),
    /** Who was called at first, when the call was forwarded to this line. */
    forwardedBy: remoteParty.nullable(),
    /** Media towards the PBX is encrypted; null before it is agreed (VOX-117). */
    pbxEncrypted: z.boolean().nullable(),
    /** A transfer of this call is under way. */
    transferring: z.boolean(),
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
  /** Holds the other side; it hears its telephone system's music. */
  'call.hold': z.strictObject({ callId: idSchema('call') }),
  /** Takes a held call back; the user's other connected call is held (swap). */
  'call.resume': z.strictObject({ callId: idSchema('call') }),
  /** Blind transfer of a connected call to a number as typed. */
  'call.transfer': z.strictObject({ callId: idSchema('call'), number: z.string().min(1).max(128) }),
  /** Attended transfer: joins the far sides of two own calls; both end here. */
  'call.connect': z.strictObject({ callId: idSchema('call'), otherCallId: idSchema('call') }),
  /** Sends a ringing call to another number before it is answered (LIN-067). */
  'call.redirect': z.strictObject({ callId: idSchema('call'), number: z.string().min(1).max(128) }),
  /** Picks up the call that rings at a colleague (LIN-071, LIN-072). */
  'call.pickup': z.strictObject({ userId: idSchema('user'), sdp }),
  /** Takes an own connected call over from another of one's devices. */
  'call.move': z.strictObject({ callId: idSchema('call'), sdp }),
  /** Dials a feature code of the line's group by its position, without dial rules (LIN-027, LIN-070). */
  'call.feature': z.strictObject({
    lineId: idSchema('line'),
    index: z.number().int().min(0).max(99),
    sdp,
  }),
  'call.dtmf': z.strictObject({
    callId: idSchema('call'),
    digits: z.string().regex(/^[0-9A-D*#]{1,32}$/),
  }),
} as const;
export type CallCommandType = keyof typeof callCommands;
export type CallCommandData<T extends CallCommandType> = z.output<(typeof callCommands)[T]>;

/**
 * Results of `call.dial`, `call.answer`, `call.pickup`, `call.move` and `call.feature`; the other
 * commands answer `{}`.
 */
export const callMediaResult = z.object({ callId: idSchema('call'), sdp });
export type CallMediaResult = z.infer<typeof callMediaResult>;
