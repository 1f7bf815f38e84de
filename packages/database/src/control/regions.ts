import type { NodeListeners } from '@trunkline/contracts/listeners.ts';
import { inet, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { instantColumn, stamps } from '../columns.ts';
import { control } from './schema.ts';

/** A public key as JWK (RFC 7517). */
export type PublicJwk = Readonly<Record<string, unknown>>;

export const regions = control.table('regions', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: instantColumn('created_at').notNull().defaultNow(),
});

export const mediaNodes = control.table('media_nodes', {
  id: text('id').primaryKey(),
  region: text('region').notNull(),
  name: text('name').notNull(),
  state: text('state').$type<'ready' | 'draining' | 'down'>().notNull().default('ready'),
  signPublicJwk: jsonb('sign_public_jwk').$type<PublicJwk>().notNull(),
  encPublicJwk: jsonb('enc_public_jwk').$type<PublicJwk>().notNull(),
  /** As the node told when it dialled in. */
  listeners: jsonb('listeners').$type<NodeListeners>(),
  ...stamps,
});

export const edges = control.table('edges', {
  id: text('id').primaryKey(),
  region: text('region').notNull(),
  signPublicJwk: jsonb('sign_public_jwk').$type<PublicJwk>().notNull(),
  ...stamps,
});

/** Line group → media node (PLT-020). */
export const nodeAssignments = control.table(
  'node_assignments',
  {
    tenantId: text('tenant_id').notNull(),
    lineGroupId: text('line_group_id').notNull(),
    nodeId: text('node_id').notNull(),
    createdAt: instantColumn('created_at').notNull().defaultNow(),
    releasedAt: instantColumn('released_at'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.lineGroupId, table.nodeId] })],
);

/** Addresses fixed-IP trunks take calls from: one tenant each on a media node. */
export const trunkPeers = control.table('trunk_peers', {
  tenantId: text('tenant_id').notNull(),
  lineGroupId: text('line_group_id').notNull(),
  nodeId: text('node_id').notNull(),
  range: inet('range').notNull(),
  createdAt: instantColumn('created_at').notNull().defaultNow(),
});
