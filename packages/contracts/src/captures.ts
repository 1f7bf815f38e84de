import { z } from 'zod';
import { idSchema } from './ids.ts';
import { pageQuery } from './pages.ts';
import { instant } from './time.ts';

/** Starts a recording of the SIP messages of a line group (LIN-097, LIN-098). */
export const startCapture = z
  .strictObject({
    /** null: all lines of the group. */
    lineIds: z.array(idSchema('line')).min(1).max(1_000).nullable().default(null),
    minutes: z.number().int().min(1).max(120).default(15),
  })
  .meta({ id: 'StartCapture' });

export const capture = z
  .object({
    id: idSchema('capture'),
    lineGroupId: idSchema('lineGroup'),
    lineIds: z.array(idSchema('line')).nullable(),
    state: z.enum(['running', 'stopped']),
    startedAt: instant,
    endsAt: instant,
    packets: z.number().int(),
    bytes: z.number().int(),
    /** The bound of bytes was reached before the time was over. */
    full: z.boolean(),
  })
  .meta({ id: 'Capture' });
export type Capture = z.infer<typeof capture>;

/** Query of the list over all line groups. */
export const captureQuery = pageQuery.extend({ state: z.literal('running').optional() });

/** Most bytes of SIP messages one capture keeps. */
export const maxCaptureBytes = 20 * 1024 * 1024;
/** Captures are deleted after this many days. */
export const captureRetentionDays = 7;
