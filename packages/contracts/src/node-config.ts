import { z } from 'zod';
import { idSchema } from './ids.ts';
import { rejectResponse, unavailableResponse } from './lines.ts';
import { location } from './locations.ts';
import { tenantState } from './tenants.ts';

/** What a media node needs of one tenant; section name `tenant/<tenant id>`. */
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
      transport: z.enum(['udp']),
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
          userIds: z.array(idSchema('user')),
        }),
      ),
    }),
  ),
  /** Names by number for the ring dialog and the journal; numbers are supercanonical. */
  directory: z.array(
    z.object({ userId: idSchema('user'), displayName: z.string(), numbers: z.array(z.string()) }),
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
