import { z } from 'zod';
import { callFunction } from './call-functions.ts';
import { callHandling } from './forwarding.ts';
import { idSchema } from './ids.ts';
import { role } from './scopes.ts';
import { language } from './time.ts';

/** A colleague as the client's people page shows it. */
export const person = z
  .object({
    id: idSchema('user'),
    displayName: z.string(),
    identity: z.string(),
    email: z.string().nullable(),
    numbers: z.array(z.object({ slot: z.string(), number: z.string(), display: z.string() })),
  })
  .meta({ id: 'Person' });
export type Person = z.infer<typeof person>;

/** The signed-in user. */
export const me = z
  .object({
    id: idSchema('user'),
    tenantId: idSchema('tenant'),
    tenantName: z.string(),
    identity: z.string(),
    displayName: z.string(),
    roles: z.array(role),
    scopes: z.array(z.string()),
    language,
    lines: z.array(
      z.object({
        id: idSchema('line'),
        number: z.string(),
        display: z.string(),
        hideRejectButton: z.boolean(),
        /** Functions the line's group offers at all (LIN-026). */
        functions: z.array(callFunction),
        /** Names of the group's feature codes, in order (LIN-027). */
        featureCodes: z.array(z.object({ name: z.string() })),
        callHandling,
      }),
    ),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof me>;
