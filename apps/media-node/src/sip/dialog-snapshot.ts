import type { DialogSnapshot } from '@trunkline/sip/dialog/dialog.ts';
import { z } from 'zod';

/** A PBX leg's dialog as kept on disk. */
export const dialogSnapshot = z.object({
  callId: z.string(),
  localTag: z.string(),
  remoteTag: z.string(),
  local: z.string(),
  remote: z.string(),
  remoteTarget: z.string(),
  routeSet: z.array(z.string()),
  localSeq: z.number().int(),
  remoteSeq: z.number().int().exactOptional(),
}) satisfies z.ZodType<DialogSnapshot>;
