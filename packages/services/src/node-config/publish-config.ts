import type { MediaNodeId, TenantId } from '@trunkline/contracts/ids.ts';
import type { NodeTenantConfig } from '@trunkline/contracts/node-config.ts';
import type { PublicJwk } from '@trunkline/database/control/regions.ts';
import { mediaNodes } from '@trunkline/database/control/regions.ts';
import { type TenantTransaction, withTenant } from '@trunkline/database/tenancy.ts';
import { configVersions } from '@trunkline/database/tenant/records.ts';
import { sha256 } from '@trunkline/platform/bytes.ts';
import { encryptForNode, signConfig } from '@trunkline/platform/config-jws.ts';
import { and, eq, sql } from 'drizzle-orm';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { Platform } from '../core/context.ts';
import { guarded } from '../core/failures.ts';
import { found } from '../core/not-found.ts';
import { openLinePassword } from '../lines/line-password.ts';
import { readTenantConfig } from './tenant-config.ts';

/** Name of a tenant's section in a node's configuration. */
export const sectionOf = (tenantId: TenantId) => `tenant/${tenantId}`;

/** The document a node should have of a tenant. */
export interface PublishedConfig {
  readonly section: string;
  readonly epoch: number;
  readonly version: number;
  readonly jws: string;
}

type ConfigRow = typeof configVersions.$inferSelect;
type Needs = Pick<Platform, 'db' | 'keyring' | 'signingKeys' | 'clock'>;

/**
 * Makes the document a node should have of a tenant. Its version rises only when its content
 * changed; an unchanged one is the same bytes as before. A tenant the node no longer serves is
 * withdrawn by a document without payload.
 * @returns null when this node never had anything of the tenant
 */
export async function publishConfig(
  platform: Needs,
  tenantId: TenantId,
  nodeId: MediaNodeId,
): Promise<PublishedConfig | null> {
  const encKey = await encryptionKeyOf(platform, nodeId);
  const thumbprint = await calculateJwkThumbprint(encKey as JWK);
  return guarded(() =>
    withTenant(platform.db.worker, tenantId, async (tx) => {
      // Two processes that publish at once must not both raise the version.
      await tx.execute(
        sql`select pg_advisory_xact_lock(hashtextextended(${`config ${tenantId} ${nodeId}`}, 0))`,
      );
      const content = await readTenantConfig(tx, tenantId, nodeId, platform.clock.now());
      const [current] = await tx.select().from(configVersions).where(eq(configVersions.id, nodeId));
      if (!content && (!current || current.withdrawn)) return current ? published(current) : null;
      const contentHash = await sha256(`${thumbprint}\n${JSON.stringify(content)}`);
      if (current?.contentHash === contentHash) return published(current);
      const payload = content && (await withSecrets(platform, tenantId, content, encKey));
      return store(platform, tx, { tenantId, nodeId, current, contentHash, payload });
    }),
  );
}

const published = (row: ConfigRow): PublishedConfig => ({
  section: sectionOf(row.tenantId as TenantId),
  epoch: row.epoch,
  version: row.version,
  jws: row.jws,
});

async function encryptionKeyOf(platform: Needs, nodeId: MediaNodeId): Promise<PublicJwk> {
  const [row] = await guarded(() =>
    platform.db.worker
      .select({ key: mediaNodes.encPublicJwk })
      .from(mediaNodes)
      .where(eq(mediaNodes.id, nodeId)),
  );
  return found(row).key;
}

/** Opens each line's password and encrypts it to the node: nobody in between can read it. */
async function withSecrets(
  platform: Needs,
  tenantId: TenantId,
  content: NodeTenantConfig,
  key: PublicJwk,
): Promise<NodeTenantConfig> {
  const secret = async (lineId: string, sealed: string | null) =>
    sealed === null
      ? null
      : encryptForNode(
          await openLinePassword(platform.keyring, tenantId, lineId, sealed),
          key as JWK,
        );
  return {
    ...content,
    lineGroups: await Promise.all(
      content.lineGroups.map(async (group) => ({
        ...group,
        lines: await Promise.all(
          group.lines.map(async (line) => ({
            ...line,
            password: await secret(line.id, line.password),
          })),
        ),
      })),
    ),
  };
}

async function store(
  platform: Needs,
  tx: TenantTransaction,
  next: {
    tenantId: TenantId;
    nodeId: MediaNodeId;
    current: ConfigRow | undefined;
    contentHash: string;
    payload: NodeTenantConfig | null;
  },
): Promise<PublishedConfig> {
  const { tenantId, nodeId, current, contentHash, payload } = next;
  const epoch = current?.epoch ?? 1;
  const version = (current?.version ?? 0) + 1;
  const section = sectionOf(tenantId);
  const now = platform.clock.now();
  const jws = await signConfig(
    { audience: nodeId, section, epoch, version, issuedAt: now.toISOString(), payload },
    await platform.signingKeys.active('config'),
  );
  const values = { epoch, version, contentHash, jws, withdrawn: payload === null, updatedAt: now };
  await tx
    .insert(configVersions)
    .values({ tenantId, id: nodeId, ...values })
    .onConflictDoUpdate({ target: [configVersions.tenantId, configVersions.id], set: values });
  return { section, epoch, version, jws };
}

/**
 * After the database was restored from a backup: nodes hold newer versions than we do. A higher
 * epoch makes them take ours; the next publication carries it.
 */
export async function raiseConfigEpoch(
  platform: Needs,
  tenantId: TenantId,
  nodeId: MediaNodeId,
  above: number,
): Promise<void> {
  await guarded(() =>
    withTenant(platform.db.worker, tenantId, (tx) =>
      tx
        .update(configVersions)
        .set({ epoch: above + 1, contentHash: 'restored' })
        .where(and(eq(configVersions.tenantId, tenantId), eq(configVersions.id, nodeId))),
    ),
  );
}
