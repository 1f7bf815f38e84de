import { z } from 'zod';
import { idSchema } from './ids.ts';
import { instant } from './time.ts';

/** How long a line is watched at most; then the view ends by itself (LIN-021). */
export const sipWatchMinutes = 10;

/** One SIP message of a watched line, as the live view shows it. */
export const lineSipEvent = z
  .object({
    id: idSchema('event'),
    at: instant,
    /** The call it belongs to; null for REGISTER and OPTIONS. */
    callId: idSchema('call').nullable(),
    direction: z.enum(['in', 'out']),
    /** Request line or status line, digits of numbers masked. */
    startLine: z.string(),
    cseq: z.string(),
    /** Address and port of the other end. */
    peer: z.string(),
    /** The whole message, credentials masked; of calls only the start line is kept. */
    text: z.string().nullable(),
  })
  .meta({ id: 'LineSipEvent' });
export type LineSipEvent = z.infer<typeof lineSipEvent>;
