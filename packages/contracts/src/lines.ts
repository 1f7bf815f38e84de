import { z } from 'zod';
import { functionSwitches } from './call-functions.ts';
import { forwardList } from './forwarding.ts';
import { idSchema } from './ids.ts';
import { clientCodecs, dtmfMethod, pbxCodecs, srtpMode } from './media.ts';
import {
  calledNumberFrom,
  forwardMethod,
  lineGroupKind,
  sipTransport,
  transferMethod,
} from './pbx-templates.ts';
import { isPeerAddress, isPeerRange } from './peer-address.ts';
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
  .refine(isPeerHost, { message: 'no telephone system can have this address' });

/** A name, or an address a telephone system can have. */
function isPeerHost(value: string): boolean {
  if (value.startsWith('[')) return isPeerRange(value.slice(1, -1));
  return !/^[0-9.]+$/.test(value) || isPeerAddress(value);
}

const featureCode = z.string().regex(/^[0-9*#]{1,32}$/, { message: 'digits, * and # only' });
const pickupCode = z
  .string()
  .max(40)
  .regex(/^[0-9*#]*<NUMBER>[0-9*#]*$/, { message: 'digits, *, # and exactly one <NUMBER>' });
const peerRange = z.string().refine(isPeerRange, { message: 'an IP address or range (CIDR)' });

/** Settings that are allowed but unlikely to be meant; shown beside the field, never refused. */
export const configWarning = z
  .object({
    code: z.enum([
      /** The port is not the usual one of the transport (LIN-044). */
      'port_unusual',
      /** The certificate of the PBX is not checked. */
      'tls_unchecked',
      /** SRTP keys travel readable, as signalling is not TLS. */
      'srtp_keys_readable',
      /** A fixed-IP trunk without peer addresses takes no calls (LIN-079). */
      'no_peer_address',
      /** A forwarding target nobody monitors: the list stops there (LIN-017). */
      'forward_target_unmonitored',
      /** Nothing says where the line is; the group's location stands in (LIN-025). */
      'no_location',
      /** The number is none of the location's DDI space (LIN-054). */
      'number_unfit',
    ]),
    /** JSON pointer of the field. */
    pointer: z.string(),
  })
  .meta({ id: 'ConfigWarning' });
export type ConfigWarning = z.infer<typeof configWarning>;

/**
 * Where the lines of a group are (LIN-025): all at the group's location, each at its own
 * (`<Ignore>`), or where the DDI ranges put its number (`<Automatic>`, with automatic numbers only).
 */
const locationMode = z.enum(['group', 'line', 'automatic']);

const lineGroupFields = {
  /** Unique, free text; should name the PBX (LIN-038). */
  name: lineOfText(120),
  /** Registrar or proxy of the PBX (LIN-039). */
  registrarHost: host,
  registrarPort: z.number().int().min(1).max(65535),
  /** SIP domain when it differs from the registrar (LIN-040). */
  domain: host.nullable(),
  transport: sipTransport,
  /** Classic registration, registered trunk or fixed-IP trunk (LIN-002, LIN-078). */
  kind: lineGroupKind,
  /** PBX template the group was made from, `id@version`; null = none (LIN-003). */
  template: z.string().max(80).nullable(),
  /** Where requests are sent when not straight to the registrar (LIN-039). */
  proxyHost: host.nullable(),
  proxyPort: z.number().int().min(1).max(65535).nullable(),
  /**
   * TLS: what the PBX's certificate must prove. `platform` public authorities, `custom` those of
   * `trustedCa`, `none` unchecked (audited).
   */
  tlsVerify: z.enum(['platform', 'custom', 'none']),
  /** PEM certificates. */
  trustedCa: z.string().max(64_000).nullable(),
  /** Fixed-IP trunk: addresses or CIDR ranges calls are taken from (LIN-079). */
  peerAddresses: z.array(peerRange).max(50),
  /** Seconds between keep-alives towards a registrar behind NAT; 0 = off (LIN-043). */
  natRefreshSeconds: z.number().int().min(0).max(3_600),
  /** Fixed-IP trunk: longest time between OPTIONS, seconds (LIN-045). */
  optionsSeconds: z.number().int().min(10).max(3_600),
  /** Session-Expires, seconds; 0 = no session timer (VOX-119). */
  sessionTimerSeconds: z.union([z.literal(0), z.number().int().min(90).max(86_400)]),
  calledNumberFrom,
  /** SRTP towards the PBX (VOX-117). */
  srtp: srtpMode,
  /** Codecs towards the PBX, best first (LIN-074). */
  pbxCodecs,
  /** Codecs towards clients, best first (LIN-075, LIN-076). */
  clientCodecs,
  dtmf: dtmfMethod,
  forwardMethod,
  transferMethod,
  /** All calls go to the user's mailbox number while nobody is signed in (LIN-066). */
  mailboxWhenSignedOut: z.boolean(),
  functions: functionSwitches,
  featureCodes: z.array(z.strictObject({ name: lineOfText(60), code: featureCode })).max(50),
  /** Dialled to pick a call up at the PBX; holds `<NUMBER>` (LIN-071). */
  pickupCode: pickupCode.nullable(),
  /** Pick up inside the group without the PBX (LIN-072). */
  pickupInServer: z.boolean(),
  /** `Expires` of REGISTER, seconds (LIN-041). */
  expiresSeconds: z.number().int().min(10).max(86_400),
  /** Pause between the REGISTERs of one group, milliseconds (LIN-042). */
  registerDelayMs: z.number().int().min(0).max(10_000),
  /** Location of the group's lines, and of those for which `locationMode` finds none (LIN-025). */
  locationId: idSchema('location'),
  locationMode,
  /** Lines take their number from the SIP user name, none is entered by hand (LIN-024). */
  numbersAutomatic: z.boolean(),
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
    /** The line that registers the trunk or sends its OPTIONS (LIN-056, LIN-057); null without lines. */
    registerLineId: idSchema('line').nullable(),
    warnings: z.array(configWarning),
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
    locationMode: lineGroupFields.locationMode.default('group'),
    numbersAutomatic: lineGroupFields.numbersAutomatic.default(false),
    kind: lineGroupFields.kind.default('registration'),
    template: lineGroupFields.template.default(null),
    proxyHost: lineGroupFields.proxyHost.default(null),
    proxyPort: lineGroupFields.proxyPort.default(null),
    tlsVerify: lineGroupFields.tlsVerify.default('platform'),
    trustedCa: lineGroupFields.trustedCa.default(null),
    peerAddresses: lineGroupFields.peerAddresses.default([]),
    natRefreshSeconds: lineGroupFields.natRefreshSeconds.default(0),
    optionsSeconds: lineGroupFields.optionsSeconds.default(60),
    sessionTimerSeconds: lineGroupFields.sessionTimerSeconds.default(1800),
    calledNumberFrom: lineGroupFields.calledNumberFrom.default('request_uri'),
    srtp: lineGroupFields.srtp.default('auto'),
    pbxCodecs: lineGroupFields.pbxCodecs.default(['PCMA', 'PCMU']),
    clientCodecs: lineGroupFields.clientCodecs.default(['PCMA', 'PCMU']),
    dtmf: lineGroupFields.dtmf.default('rfc4733'),
    forwardMethod: lineGroupFields.forwardMethod.default('new_call'),
    transferMethod: lineGroupFields.transferMethod.default('join'),
    mailboxWhenSignedOut: lineGroupFields.mailboxWhenSignedOut.default(false),
    functions: lineGroupFields.functions.default({}),
    featureCodes: lineGroupFields.featureCodes.default([]),
    pickupCode: lineGroupFields.pickupCode.default(null),
    pickupInServer: lineGroupFields.pickupInServer.default(true),
  })
  .meta({ id: 'CreateLineGroup' });
export type CreateLineGroup = z.infer<typeof createLineGroup>;

export const updateLineGroup = z
  .strictObject({ ...lineGroupFields, registerLineId: idSchema('line') })
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
  /** Internal or canonical number, the key of the line inside its group (LIN-012). */
  number: z.string().regex(/^\+?[0-9]{1,20}$/, { message: 'digits, optionally with +' }),
  /** Lower-case letter for parallel phones (LIN-013). */
  suffix: z.string().regex(/^[a-z]?$/, { message: 'one letter a–z' }),
  /** Its own location; counts in groups of location mode `line` (LIN-014). */
  locationId: idSchema('location').nullable(),
  /** Opened by the media node (LIN-007). */
  useLine: z.boolean(),
  journal: z.boolean(),
  /** All calls are private (LIN-010). */
  privatePhone: z.boolean(),
  /** Exchange line: counted apart, never bound to a user by number (LIN-008). */
  isTrunkLine: z.boolean(),
  /** Where an unanswered call goes on to, one after the other (LIN-015). */
  forwardList,
};

export const line = z
  .object({
    id: idSchema('line'),
    lineGroupId: idSchema('lineGroup'),
    ...lineFields,
    /** Where the line is: its own, found by number, or the group's (LIN-025). */
    settledLocationId: idSchema('location'),
    hasPassword: z.boolean(),
    state: lineState,
    warnings: z.array(configWarning),
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
    /** Left out: taken from the user name (LIN-054). */
    number: lineFields.number.optional(),
    locationId: lineFields.locationId.default(null),
    suffix: lineFields.suffix.default(''),
    useLine: lineFields.useLine.default(true),
    journal: lineFields.journal.default(true),
    privatePhone: lineFields.privatePhone.default(false),
    isTrunkLine: lineFields.isTrunkLine.default(false),
    forwardList: lineFields.forwardList.default([]),
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

/** Several lines at once by list and range of user names (LIN-051, LIN-053). */
export const createLines = z
  .strictObject({
    lineGroupId: idSchema('lineGroup'),
    /** `123`, `100-120` or `150;177;200-220`; leading zeros keep their width. */
    userNames: z.string().trim().min(1).max(2_000),
    /** `<*>` stands for each user name. */
    authUserName: z.string().trim().min(1).max(80).nullable().default(null),
    password: linePassword.optional(),
  })
  .meta({ id: 'CreateLines' });

/** Result of an import, row by row (LIN-058, LIN-059). */
export const lineImportResult = z
  .object({
    added: z.number().int(),
    skipped: z.number().int(),
    failed: z.number().int(),
    rows: z.array(
      z.object({
        row: z.number().int(),
        userName: z.string().nullable(),
        outcome: z.enum(['added', 'skipped', 'failed']),
        /** Stable code and words of what was wrong. */
        code: z.string().nullable(),
        detail: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'LineImportResult' });
export type LineImportResult = z.infer<typeof lineImportResult>;
/** Most bytes and rows of one import file. */
export const maxImportBytes = 1_000_000;
export const maxImportRows = 2_000;
