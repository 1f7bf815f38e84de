import { z } from 'zod';
import { idSchema } from './ids.ts';
import { isPeerAddress } from './peer-address.ts';
import { lineOfText } from './text.ts';
import { instant } from './time.ts';

/** SIP responses an admin may choose for calls nobody takes (LIN-062). 180 = keep ringing. */
export const unavailableResponse = z.union([
  z.literal(486),
  z.literal(480),
  z.literal(603),
  z.literal(180),
]);
export type UnavailableResponse = z.infer<typeof unavailableResponse>;
/** Rejection by a client: its own choice of 486/603, or one fixed answer (LIN-064). */
export const rejectResponse = z.union([z.literal('client'), unavailableResponse]);
export type RejectResponse = z.infer<typeof rejectResponse>;

const host = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])$/i,
    {
      message: 'a host name or IP address',
    },
  )
  .refine((value) => !/^[0-9.]+$/.test(value) || isPeerAddress(value), {
    message: 'no telephone system can have this address',
  });

const lineGroupFields = {
  /** Unique, free text; should name the PBX (LIN-038). */
  name: lineOfText(120),
  /** Registrar or proxy of the PBX (LIN-039). */
  registrarHost: host,
  registrarPort: z.number().int().min(1).max(65535),
  /** SIP domain when it differs from the registrar (LIN-040). */
  domain: host.nullable(),
  transport: z.enum(['udp']),
  /** `Expires` of REGISTER, seconds (LIN-041). */
  expiresSeconds: z.number().int().min(10).max(86_400),
  /** Pause between the REGISTERs of one group, milliseconds (LIN-042). */
  registerDelayMs: z.number().int().min(0).max(10_000),
  /** Location of all lines of the group (LIN-025). */
  locationId: idSchema('location'),
  /** Journal for all lines (LIN-023). */
  journal: z.boolean(),
  /** Answer when no client of the user is signed in (LIN-062). */
  notSignedInResponse: unavailableResponse,
  /** Answer when a client rejects (LIN-064). */
  rejectResponse,
  /** Clients show no reject button (LIN-065). */
  hideRejectButton: z.boolean(),
};

export const lineGroup = z
  .object({
    id: idSchema('lineGroup'),
    ...lineGroupFields,
    createdAt: instant,
    updatedAt: instant,
    version: z.number().int(),
  })
  .meta({ id: 'LineGroup' });
export type LineGroup = z.infer<typeof lineGroup>;

export const createLineGroup = z
  .strictObject({
    ...lineGroupFields,
    registrarPort: lineGroupFields.registrarPort.default(5060),
    domain: lineGroupFields.domain.default(null),
    transport: lineGroupFields.transport.default('udp'),
    expiresSeconds: lineGroupFields.expiresSeconds.default(300),
    registerDelayMs: lineGroupFields.registerDelayMs.default(50),
    journal: lineGroupFields.journal.default(true),
    notSignedInResponse: lineGroupFields.notSignedInResponse.default(486),
    rejectResponse: lineGroupFields.rejectResponse.default('client'),
    hideRejectButton: lineGroupFields.hideRejectButton.default(false),
  })
  .meta({ id: 'CreateLineGroup' });
export type CreateLineGroup = z.infer<typeof createLineGroup>;

export const updateLineGroup = z
  .strictObject(lineGroupFields)
  .partial()
  .meta({ id: 'UpdateLineGroup' });
export type UpdateLineGroup = z.infer<typeof updateLineGroup>;

/** The four line states (LIN-018). */
export const lineStateName = z.enum(['open', 'failed', 'out_of_service', 'uninitialised']);
/** State with its reason in words (LIN-019). */
export const lineState = z
  .object({
    state: lineStateName,
    reason: z.object({
      category: z.enum(['none', 'communication', 'login', 'licence', 'pbx', 'config']),
      /** SIP status code of the PBX, when it said one (LIN-096). */
      sipCode: z.number().int().min(100).max(699).nullable(),
      /** Reason phrase of the PBX or our own words, untranslated. */
      text: z.string().max(300),
    }),
    since: instant,
    /** When the next attempt is due, while failed. */
    nextAttemptAt: instant.nullable(),
  })
  .meta({ id: 'LineState' });
export type LineState = z.infer<typeof lineState>;

const sipUser = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]+$/, { message: 'not a SIP user name' });

const lineFields = {
  /** SIP user for registration (LIN-051). */
  userName: sipUser,
  /** Own name for digest, else the user name (LIN-053). */
  authUserName: sipUser.nullable(),
  /** Internal number, the key of the line inside its group (LIN-012). */
  number: z.string().regex(/^\+?[0-9]{1,20}$/, { message: 'digits, optionally with +' }),
  /** Lower-case letter for parallel phones (LIN-013). */
  suffix: z.string().regex(/^[a-z]?$/, { message: 'one letter a–z' }),
  /** Opened by the media node (LIN-007). */
  useLine: z.boolean(),
  journal: z.boolean(),
  /** All calls are private (LIN-010). */
  privatePhone: z.boolean(),
};

export const line = z
  .object({
    id: idSchema('line'),
    lineGroupId: idSchema('lineGroup'),
    ...lineFields,
    hasPassword: z.boolean(),
    state: lineState,
    users: z.array(z.object({ userId: idSchema('user'), displayName: z.string() })),
    createdAt: instant,
    updatedAt: instant,
    version: z.number().int(),
  })
  .meta({ id: 'Line' });
export type Line = z.infer<typeof line>;

const linePassword = z.string().max(256).meta({ format: 'password' });

export const createLine = z
  .strictObject({
    lineGroupId: idSchema('lineGroup'),
    ...lineFields,
    authUserName: lineFields.authUserName.default(null),
    suffix: lineFields.suffix.default(''),
    useLine: lineFields.useLine.default(true),
    journal: lineFields.journal.default(true),
    privatePhone: lineFields.privatePhone.default(false),
    /** Write-only (LIN-052). */
    password: linePassword.optional(),
  })
  .meta({ id: 'CreateLine' });
export type CreateLine = z.infer<typeof createLine>;

export const updateLine = z
  .strictObject({ ...lineFields, password: linePassword })
  .partial()
  .meta({ id: 'UpdateLine' });
export type UpdateLine = z.infer<typeof updateLine>;
