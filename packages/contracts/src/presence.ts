import { z } from 'zod';
import { instant } from './time.ts';

/** What colleagues see of a person. */
export const presenceState = z.enum([
  'available',
  'on_the_phone',
  'busy',
  'away',
  'do_not_disturb',
  'offline',
]);
export type PresenceState = z.infer<typeof presenceState>;

/** States a user may set by hand. */
export const manualState = z.enum([
  'available',
  'busy',
  'away',
  'do_not_disturb',
  'appear_offline',
]);
export type ManualState = z.infer<typeof manualState>;

export const setPresence = z
  .strictObject({
    /** null takes the manual state back. */
    state: manualState.nullable(),
    note: z.string().trim().max(200).default(''),
    until: instant.nullable().default(null),
  })
  .meta({ id: 'SetPresence' });
export type SetPresence = z.infer<typeof setPresence>;

/** A person's presence as one watcher may see it. */
export const presenceView = z
  .object({
    state: presenceState,
    /** Since when, where rights allow. */
    since: instant.nullable(),
    note: z.string(),
    /** Which input decided: telephony, manual, session, … (PLT-003). */
    source: z.enum(['telephony', 'manual', 'session', 'none']),
    /** A call rings at this person now, where rights show the telephone (tel.state). */
    ringing: z.boolean(),
  })
  .meta({ id: 'Presence' });
export type PresenceView = z.infer<typeof presenceView>;

/** The own presence with the facts behind it, newest rule first (PLT-003). */
export const ownPresence = z
  .object({
    presence: presenceView,
    facts: z.array(
      z.object({
        source: z.enum(['session', 'telephony', 'manual']),
        /** Of a call or a manual setting; null for a session. */
        state: z.string().nullable(),
        since: z.string(),
        expiresAt: z.string().nullable(),
        role: z.enum(['decided', 'counted', 'expired']),
      }),
    ),
  })
  .meta({ id: 'OwnPresence' });
export type OwnPresence = z.infer<typeof ownPresence>;
