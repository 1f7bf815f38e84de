import { z } from 'zod';

/** A forwarding target as typed: a number, dialled by the rules of the line's location. */
export const forwardTarget = z.string().trim().min(1).max(64);
export const ringSeconds = z.number().int().min(5).max(120);

/** The user's own forwarding of a line; each may be unset. */
export const lineForwarding = z
  .strictObject({
    /** Every call, at once. */
    always: forwardTarget.nullable(),
    /** While the user talks on this line. */
    busy: forwardTarget.nullable(),
    /** After ringing unanswered. */
    noAnswer: z.strictObject({ number: forwardTarget, seconds: ringSeconds }).nullable(),
    /** While no client of the user is signed in (LIN-063). */
    signedOut: forwardTarget.nullable(),
  })
  .meta({ id: 'LineForwarding' });
export type LineForwarding = z.infer<typeof lineForwarding>;

export const noForwarding: LineForwarding = {
  always: null,
  busy: null,
  noAnswer: null,
  signedOut: null,
};

/** What a user sets for calls on one of the own lines. */
export const callHandling = z
  .strictObject({
    /** Calls are answered by the group's response instead of ringing (LIN-062). */
    doNotDisturb: z.boolean(),
    forwarding: lineForwarding,
  })
  .meta({ id: 'CallHandling' });
export type CallHandling = z.infer<typeof callHandling>;

/** Administrative forwarding list of a line: where an unanswered call goes on to (LIN-015). */
export const forwardList = z
  .array(z.strictObject({ number: forwardTarget, seconds: ringSeconds.default(15) }))
  .max(10);
export type ForwardList = z.infer<typeof forwardList>;
