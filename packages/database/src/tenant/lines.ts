import type { FunctionSwitches } from '@trunkline/contracts/call-functions.ts';
import type { ForwardList, LineForwarding } from '@trunkline/contracts/forwarding.ts';
import type { LineGroup, LineState, UnavailableResponse } from '@trunkline/contracts/lines.ts';
import { bigint, boolean, integer, jsonb, text } from 'drizzle-orm/pg-core';
import { instantColumn, stamps } from '../columns.ts';
import { byTenant, tenant, tenantKey } from './schema.ts';

const g711: LineGroup['pbxCodecs'] = ['PCMA', 'PCMU'];

export const lineGroups = tenant.table(
  'line_groups',
  {
    ...tenantKey,
    name: text('name').notNull(),
    registrarHost: text('registrar_host').notNull(),
    registrarPort: integer('registrar_port').notNull(),
    domain: text('domain'),
    transport: text('transport').$type<LineGroup['transport']>().notNull(),
    kind: text('kind').$type<LineGroup['kind']>().notNull().default('registration'),
    template: text('template'),
    proxyHost: text('proxy_host'),
    proxyPort: integer('proxy_port'),
    tlsVerify: text('tls_verify').$type<LineGroup['tlsVerify']>().notNull().default('platform'),
    trustedCa: text('trusted_ca'),
    peerAddresses: text('peer_addresses').array().notNull().default([]),
    /** The line that registers a trunk or sends its OPTIONS (LIN-056, LIN-057). */
    registerLineId: text('register_line_id'),
    natRefreshSeconds: integer('nat_refresh_seconds').notNull().default(0),
    optionsSeconds: integer('options_seconds').notNull().default(60),
    sessionTimerSeconds: integer('session_timer_seconds').notNull().default(1800),
    calledNumberFrom: text('called_number_from')
      .$type<LineGroup['calledNumberFrom']>()
      .notNull()
      .default('request_uri'),
    srtp: text('srtp').$type<LineGroup['srtp']>().notNull().default('auto'),
    pbxCodecs: text('pbx_codecs').array().$type<LineGroup['pbxCodecs']>().notNull().default(g711),
    clientCodecs: text('client_codecs')
      .array()
      .$type<LineGroup['clientCodecs']>()
      .notNull()
      .default(g711),
    dtmf: text('dtmf').$type<LineGroup['dtmf']>().notNull().default('rfc4733'),
    forwardMethod: text('forward_method')
      .$type<LineGroup['forwardMethod']>()
      .notNull()
      .default('new_call'),
    transferMethod: text('transfer_method')
      .$type<LineGroup['transferMethod']>()
      .notNull()
      .default('join'),
    mailboxWhenSignedOut: boolean('mailbox_when_signed_out').notNull().default(false),
    functions: jsonb('functions').$type<FunctionSwitches>().notNull().default({}),
    featureCodes: jsonb('feature_codes').$type<LineGroup['featureCodes']>().notNull().default([]),
    pickupCode: text('pickup_code'),
    pickupInServer: boolean('pickup_in_server').notNull().default(true),
    expiresSeconds: integer('expires_seconds').notNull(),
    registerDelayMs: integer('register_delay_ms').notNull(),
    locationId: text('location_id').notNull(),
    locationMode: text('location_mode')
      .$type<LineGroup['locationMode']>()
      .notNull()
      .default('group'),
    numbersAutomatic: boolean('numbers_automatic').notNull().default(false),
    journal: boolean('journal').notNull(),
    notSignedInResponse: integer('not_signed_in_response').$type<UnavailableResponse>().notNull(),
    /** `client` or a SIP status. */
    rejectResponse: text('reject_response').notNull(),
    hideRejectButton: boolean('hide_reject_button').notNull(),
    ...stamps,
    version: integer('version').notNull().default(1),
  },
  byTenant,
);

export const lines = tenant.table(
  'lines',
  {
    ...tenantKey,
    lineGroupId: text('line_group_id').notNull(),
    userName: text('user_name').notNull(),
    authUserName: text('auth_user_name'),
    sealedPassword: text('sealed_password'),
    number: text('number').notNull(),
    suffix: text('suffix').notNull(),
    /** Supercanonical number with suffix (LIN-013). */
    fullNumber: text('full_number').notNull(),
    useLine: boolean('use_line').notNull(),
    journal: boolean('journal').notNull(),
    privatePhone: boolean('private_phone').notNull(),
    isTrunkLine: boolean('is_trunk_line').notNull().default(false),
    forwardList: jsonb('forward_list').$type<ForwardList>().notNull().default([]),
    locationId: text('location_id'),
    /** What follows from mode, choice and number; null = the group's location (LIN-025). */
    settledLocationId: text('settled_location_id'),
    ...stamps,
    version: integer('version').notNull().default(1),
  },
  byTenant,
);

/** `id` = line id; the state a media node reported last. */
export const lineStates = tenant.table(
  'line_states',
  {
    ...tenantKey,
    state: text('state').$type<LineState['state']>().notNull(),
    reason: jsonb('reason').$type<LineState['reason']>().notNull(),
    since: instantColumn('since').notNull(),
    nextAttemptAt: instantColumn('next_attempt_at'),
    nodeId: text('node_id').notNull(),
    bootEpoch: bigint('boot_epoch', { mode: 'number' }).notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
  },
  byTenant,
);

/** Which user a line belongs to, by which of the user's numbers (USR-015). */
export const lineAssignments = tenant.table(
  'line_assignments',
  {
    ...tenantKey,
    lineId: text('line_id').notNull(),
    userId: text('user_id').notNull(),
    slot: text('slot').notNull(),
    createdAt: instantColumn('created_at').notNull().defaultNow(),
  },
  byTenant,
);

/** `id` = line id; what the line's user set for calls on it. */
export const lineCallHandling = tenant.table(
  'line_call_handling',
  {
    ...tenantKey,
    doNotDisturb: boolean('do_not_disturb').notNull(),
    forwarding: jsonb('forwarding').$type<LineForwarding>().notNull(),
    updatedAt: instantColumn('updated_at').notNull().defaultNow(),
  },
  byTenant,
);
