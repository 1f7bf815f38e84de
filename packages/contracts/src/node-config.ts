import { z } from 'zod';
import { callFunction, callFunctions } from './call-functions.ts';
import { callLimits, defaultCallLimits } from './call-limits.ts';
import { callHandling, forwardList, noForwarding } from './forwarding.ts';
import { idSchema } from './ids.ts';
import { rejectResponse, unavailableResponse } from './lines.ts';
import { location } from './locations.ts';
import { audioCodec, dtmfMethod } from './media.ts';
import {
  calledNumberFrom,
  forwardMethod,
  lineGroupKind,
  sipTransport,
  transferMethod,
} from './pbx-templates.ts';
import { tenantState } from './tenants.ts';

/**
 * What a media node needs of one tenant; section name `tenant/<tenant id>`. Fields with a default
 * came later: a node also reads documents an older control plane signed.
 */
export const nodeTenantConfig = z.object({
  tenant: z.object({ id: idSchema('tenant'), state: tenantState }),
  locations: z.array(location),
  lineGroups: z.array(
    z.object({
      id: idSchema('lineGroup'),
      name: z.string(),
      registrarHost: z.string(),
      registrarPort: z.number().int(),
      domain: z.string().nullable(),
      transport: sipTransport,
      kind: lineGroupKind.default('registration'),
      proxyHost: z.string().nullable().default(null),
      proxyPort: z.number().int().nullable().default(null),
      tlsVerify: z.enum(['platform', 'custom', 'none']).default('platform'),
      trustedCa: z.string().nullable().default(null),
      peerAddresses: z.array(z.string()).default([]),
      registerLineId: idSchema('line').nullable().default(null),
      natRefreshSeconds: z.number().int().default(0),
      optionsSeconds: z.number().int().default(60),
      sessionTimerSeconds: z.number().int().default(1800),
      calledNumberFrom: calledNumberFrom.default('request_uri'),
      /** Settled: `auto` became `required` or `off` by the transport. */
      srtp: z.enum(['off', 'optional', 'required']).default('off'),
      pbxCodecs: z.array(audioCodec).default(['PCMA', 'PCMU']),
      clientCodecs: z.array(audioCodec).default(['PCMA', 'PCMU']),
      dtmf: dtmfMethod.default('rfc4733'),
      forwardMethod: forwardMethod.default('new_call'),
      transferMethod: transferMethod.default('join'),
      mailboxWhenSignedOut: z.boolean().default(false),
      /** Functions that are on, template and switches settled (LIN-026). */
      functions: z.array(callFunction).default([...callFunctions]),
      featureCodes: z.array(z.object({ name: z.string(), code: z.string() })).default([]),
      pickupCode: z.string().nullable().default(null),
      pickupInServer: z.boolean().default(true),
      /** SIP capture to write (LIN-097); lines null = all. */
      capture: z
        .object({
          id: idSchema('capture'),
          lineIds: z.array(idSchema('line')).nullable(),
          until: z.string(),
          maxBytes: z.number().int(),
        })
        .nullable()
        .default(null),
      expiresSeconds: z.number().int(),
      registerDelayMs: z.number().int(),
      locationId: idSchema('location'),
      journal: z.boolean(),
      notSignedInResponse: unavailableResponse,
      rejectResponse,
      hideRejectButton: z.boolean(),
      lines: z.array(
        z.object({
          id: idSchema('line'),
          userName: z.string(),
          authUserName: z.string().nullable(),
          /** Compact JWE (ECDH-ES+A256KW, A256GCM) for the node's own key; null without password. */
          password: z.string().nullable(),
          number: z.string(),
          suffix: z.string(),
          journal: z.boolean(),
          privatePhone: z.boolean(),
          /** Where the line is when not at the group's location (LIN-025). */
          locationId: idSchema('location').nullable().default(null),
          userIds: z.array(idSchema('user')),
          isTrunkLine: z.boolean().default(false),
          forwardList: forwardList.default([]),
          callHandling: callHandling.default({ doNotDisturb: false, forwarding: noForwarding }),
        }),
      ),
    }),
  ),
  /** Toll-fraud floor (VOX-133). */
  limits: callLimits.default(defaultCallLimits),
  /** Names by number for the ring dialog and the journal; numbers are supercanonical. */
  directory: z.array(
    z.object({
      userId: idSchema('user'),
      displayName: z.string(),
      numbers: z.array(z.string()),
      /** The user's mailbox number as entered, for LIN-066. */
      mailbox: z.string().nullable().default(null),
    }),
  ),
});
export type NodeTenantConfig = z.infer<typeof nodeTenantConfig>;

/**
 * Payload of a signed configuration document (JWS compact, ES256, `typ` trunkline-config+jws).
 * A node takes a document only with a higher (epoch, version) of its section; a lower one only
 * with a higher epoch, which an explicit restore raises. `payload` null withdraws the section.
 */
export const configDocument = z.object({
  /** The node or edge this was made for. */
  audience: z.string(),
  section: z.string().max(120),
  epoch: z.number().int().min(1),
  version: z.number().int().min(1),
  issuedAt: z.string(),
  payload: z.unknown(),
});
export type ConfigDocument = z.infer<typeof configDocument>;

/** True when `next` may replace `current` of the same section. */
export function supersedes(
  next: Pick<ConfigDocument, 'epoch' | 'version'>,
  current: Pick<ConfigDocument, 'epoch' | 'version'> | undefined,
): boolean {
  if (!current) return true;
  if (next.epoch !== current.epoch) return next.epoch > current.epoch;
  return next.version > current.version;
}
