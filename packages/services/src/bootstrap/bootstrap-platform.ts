import { type Id, isId, newId, type TenantId } from '@trunkline/contracts/ids.ts';
import { type Scope, scopes } from '@trunkline/contracts/scopes.ts';
import { apiKeys, partners } from '@trunkline/database/control/partners.ts';
import { edges, mediaNodes, type PublicJwk, regions } from '@trunkline/database/control/regions.ts';
import { tenants } from '@trunkline/database/control/tenants.ts';
import { withTenant } from '@trunkline/database/tenancy.ts';
import { lineGroups } from '@trunkline/database/tenant/lines.ts';
import { sha256 } from '@trunkline/platform/bytes.ts';
import { eq, gt, sql } from 'drizzle-orm';
import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import type { Platform } from '../core/context.ts';
import { guarded } from '../core/failures.ts';
import { parseApiKey } from '../keys/api-key.ts';

const jwk = z.record(z.string(), z.unknown());

/** What an installation is made of. */
export const bootstrapInput = z.strictObject({
  region: z.strictObject({ id: z.string().min(1), name: z.string().min(1) }),
  partner: z
    .strictObject({ name: z.string().min(1).max(120), apiKey: z.string().max(200) })
    .optional(),
  nodes: z
    .array(
      z.strictObject({
        id: z.string().refine((id) => isId('mediaNode', id), { message: 'not a media node id' }),
        name: z.string().min(1).max(80),
        signPublicJwk: jwk,
        encPublicJwk: jwk,
      }),
    )
    .max(1000),
  edges: z.array(z.strictObject({ id: z.string().min(1).max(80), signPublicJwk: jwk })).max(1000),
});
export type BootstrapInput = z.infer<typeof bootstrapInput>;

export interface BootstrapResult {
  readonly partnerId: Id<'partner'> | null;
  /** Keys that sign configuration: nodes pin them. */
  readonly configKeys: JSONWebKeySet;
}

/** What a partner's key may do: everything but acting as a user. */
const partnerScopes: readonly Scope[] = scopes.filter(
  (scope) => scope !== 'client' && scope !== 'emergency',
);
const keyDays = 365;
/** Tenants looked at in one go when a new node may take what nobody serves. */
const tenantBatch = 200;

/** Sets up what must exist before anything is served. Run again, it changes only what differs. */
export async function bootstrapPlatform(
  platform: Platform,
  input: BootstrapInput,
): Promise<BootstrapResult> {
  const { region, partner, nodes, edges: edgeList } = bootstrapInput.parse(input);
  await platform.signingKeys.ensure('token');
  await platform.signingKeys.ensure('config');
  await guarded(() =>
    platform.db.operator
      .insert(regions)
      .values(region)
      .onConflictDoUpdate({ target: regions.id, set: { name: region.name } }),
  );
  for (const node of nodes) await registerNode(platform, region.id, node);
  for (const edge of edgeList) await registerEdge(platform, region.id, edge);
  if (nodes.length > 0) await assignUnserved(platform);
  return {
    partnerId: partner ? await registerPartner(platform, partner) : null,
    configKeys: await platform.signingKeys.publicKeys('config'),
  };
}

async function registerNode(
  platform: Platform,
  region: string,
  node: BootstrapInput['nodes'][number],
): Promise<void> {
  const values = {
    region,
    name: node.name,
    signPublicJwk: node.signPublicJwk as PublicJwk,
    encPublicJwk: node.encPublicJwk as PublicJwk,
    updatedAt: platform.clock.now(),
  };
  await guarded(() =>
    platform.db.operator
      .insert(mediaNodes)
      .values({ id: node.id, ...values })
      .onConflictDoUpdate({ target: mediaNodes.id, set: values }),
  );
}

async function registerEdge(
  platform: Platform,
  region: string,
  edge: BootstrapInput['edges'][number],
): Promise<void> {
  const values = {
    region,
    signPublicJwk: edge.signPublicJwk as PublicJwk,
    updatedAt: platform.clock.now(),
  };
  await guarded(() =>
    platform.db.operator
      .insert(edges)
      .values({ id: edge.id, ...values })
      .onConflictDoUpdate({ target: edges.id, set: values }),
  );
}

/** The partner is known by its key's prefix; a changed secret or an expired key is renewed. */
async function registerPartner(
  platform: Platform,
  { name, apiKey }: NonNullable<BootstrapInput['partner']>,
): Promise<Id<'partner'>> {
  const parsed = parseApiKey(apiKey);
  if (!parsed) throw new Error('the partner API key must read tlk_<prefix>_<secret>');
  const { prefix, secret } = parsed;
  const secretHash = await sha256(secret);
  const expiresAt = new Date(platform.clock.now().getTime() + keyDays * 24 * 3600 * 1000);
  return guarded(() =>
    platform.db.operator.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`key ${prefix}`}, 0))`);
      const [key] = await tx.select().from(apiKeys).where(eq(apiKeys.prefix, prefix));
      if (key) {
        await tx
          .update(apiKeys)
          .set({ secretHash, expiresAt, scopes: [...partnerScopes], revokedAt: null })
          .where(eq(apiKeys.id, key.id));
        return key.partnerId as Id<'partner'>;
      }
      const partnerId = newId('partner');
      await tx.insert(partners).values({ id: partnerId, name });
      await tx.insert(apiKeys).values({
        id: newId('apiKey'),
        partnerId,
        name: 'bootstrap',
        prefix,
        secretHash,
        scopes: [...partnerScopes],
        expiresAt,
      });
      return partnerId;
    }),
  );
}

/** Gives line groups that were made while no node was ready to one that is. */
async function assignUnserved(platform: Platform): Promise<void> {
  let after = '';
  for (;;) {
    const rows = await guarded(() =>
      platform.db.operator
        .select({ id: tenants.id })
        .from(tenants)
        .where(gt(tenants.id, after))
        .orderBy(tenants.id)
        .limit(tenantBatch),
    );
    for (const { id } of rows)
      await guarded(() =>
        withTenant(platform.db.app, id as TenantId, async (tx) => {
          const groups = await tx.select({ id: lineGroups.id }).from(lineGroups);
          for (const group of groups)
            await tx.execute(sql`select control.assign_node(${group.id})`);
        }),
      );
    const last = rows.at(-1);
    if (rows.length < tenantBatch || !last) return;
    after = last.id;
  }
}
