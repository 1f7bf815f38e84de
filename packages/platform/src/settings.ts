import { z } from 'zod';
import { logLevels } from './log.ts';

/**
 * Every setting of every process, in one schema, parsed once at start. The table in
 * docs/settings.md is made from it.
 */
const days = z.coerce.number().int().min(1).max(3_650);
const port = z.coerce.number().int().min(0).max(65_535);
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
const hostPort = z
  .string()
  .regex(/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}$/, 'must be IP:port')
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    return {
      host: text.slice(0, colon).replace(/^\[|\]$/g, ''),
      port: Number(text.slice(colon + 1)),
    };
  })
  .refine((address) => address.port > 0 && address.port < 65_536, 'must have a port of 1-65535');
const flag = z.enum(['on', 'off']).transform((value) => value === 'on');
const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/$/, ''));
const postgresUrl = z.url({ protocol: /^postgres(?:ql)?$/ });

interface SettingDefinition {
  readonly schema: z.ZodType;
  readonly description: string;
  /** Shown in the table; what is used when the variable is not set. */
  readonly fallback: string;
}

function setting<S extends z.ZodType>(schema: S, fallback: string, description: string) {
  return { schema, description, fallback } as const satisfies SettingDefinition;
}

export const settingDefinitions = {
  TRUNKLINE_PORT: setting(
    port.default(8080),
    '8080',
    'Public HTTP port of the edge; 0 takes a free one and prints it.',
  ),
  TRUNKLINE_BIND: setting(
    z.string().min(1).default('127.0.0.1'),
    '127.0.0.1',
    'Address the public port listens on. Demo accounts work on loopback only.',
  ),
  TRUNKLINE_PUBLIC_URL: setting(
    url.optional(),
    'http://localhost:<port>',
    'Address users type; issuer of tokens. `https` turns on Secure cookies.',
  ),
  TRUNKLINE_TRUSTED_PROXIES: setting(
    list.default([]),
    '',
    'Addresses of reverse proxies whose X-Forwarded-For counts, separated by commas.',
  ),
  TRUNKLINE_PLATFORM_DOMAIN: setting(
    z
      .string()
      .regex(/^[a-z0-9.-]+$/)
      .default('trunkline.localhost'),
    'trunkline.localhost',
    'Parent of the presence domains `<alias>.<platform domain>`.',
  ),
  TRUNKLINE_DATA: setting(
    z.string().min(1).default('.data'),
    '.data',
    'Folder for the database, keys, spools and caches.',
  ),
  TRUNKLINE_DEMO: setting(
    flag.default(true),
    'on',
    '`on` applies the demo tenant and starts the simulated PBX (standalone only).',
  ),
  TRUNKLINE_DEMO_ACCOUNTS: setting(
    z.string().optional(),
    'set by the supervisor',
    'File with demo accounts that the sign-in page offers to loopback addresses.',
  ),
  TRUNKLINE_DEMO_PBX_PORT: setting(
    port.default(0),
    '0',
    'SIP port of the simulated PBX (loopback, UDP); 0 takes a free one.',
  ),
  TRUNKLINE_LOG_LEVEL: setting(
    z.enum(logLevels).default('info'),
    'info',
    '`debug`, `info`, `warn` or `error`. Numbers and texts appear at debug only.',
  ),
  TRUNKLINE_WEB_ROOT: setting(
    z.string().default('apps'),
    'apps',
    'Folder with `client/dist` and `portal/dist`.',
  ),
  TRUNKLINE_REGION: setting(
    z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/)
      .default('eu'),
    'eu',
    'Region this installation serves.',
  ),
  DATABASE_URL: setting(
    postgresUrl.optional(),
    'embedded PostgreSQL',
    'Owner connection to PostgreSQL 15 or newer: runs migrations, makes the roles.',
  ),
  TRUNKLINE_DATABASE_URL_APP: setting(
    postgresUrl.optional(),
    'from DATABASE_URL',
    'Connection of the role that works inside one tenant.',
  ),
  TRUNKLINE_DATABASE_URL_ROUTER: setting(
    postgresUrl.optional(),
    'from DATABASE_URL',
    'Connection of the role that finds the tenant of a domain, alias or token.',
  ),
  TRUNKLINE_DATABASE_URL_WORKER: setting(
    postgresUrl.optional(),
    'from DATABASE_URL',
    'Connection of the role for outbox and event ingest.',
  ),
  TRUNKLINE_DATABASE_URL_OPERATOR: setting(
    postgresUrl.optional(),
    'from DATABASE_URL',
    'Connection of the role for cross-tenant control-plane verbs.',
  ),
  TRUNKLINE_DATABASE_ROLE_KEY: setting(
    z.string().min(32).optional(),
    'made at first start',
    'Secret from which the passwords of the four roles are derived.',
  ),
  TRUNKLINE_DATABASE_POOL: setting(
    z.coerce.number().int().min(1).max(200).default(10),
    '10',
    'Connections per role and process.',
  ),
  TRUNKLINE_CALL_EVENT_DAYS: setting(
    days.default(14),
    '14',
    'Days for which what happened in calls is kept, SIP messages included: 1 to 3650.',
  ),
  TRUNKLINE_CALL_RECORD_DAYS: setting(
    days.default(365),
    '365',
    'Days for which the records of calls are kept: 1 to 3650. The journal has rules of its own.',
  ),
  TRUNKLINE_KEK: setting(
    z.string().optional(),
    'made at first start',
    'Key-encryption keys `id:base64`, separated by commas; the first one wraps.',
  ),
  TRUNKLINE_CONTROL_PLANE_PORT: setting(
    port.default(0),
    '0',
    'Port of the control plane (loopback); 0 takes a free one.',
  ),
  TRUNKLINE_CONTROL_PLANE_URL: setting(
    url.optional(),
    'set by the supervisor',
    'Where edges and media nodes reach the control plane.',
  ),
  TRUNKLINE_EDGE_URL: setting(
    url.optional(),
    'set by the supervisor',
    'Where media nodes reach the edge of their region.',
  ),
  TRUNKLINE_IDENTITY: setting(
    z.string().optional(),
    '<data>/<process>/identity.json',
    'File with the id and private keys of this edge or media node.',
  ),
  TRUNKLINE_SIP_BIND: setting(
    z.string().default('127.0.0.1'),
    '127.0.0.1',
    'Address the media node listens on for SIP and RTP.',
  ),
  TRUNKLINE_SIP_PORT: setting(
    port.default(0),
    '0',
    'SIP port of the media node (UDP and TCP); 0 takes a free one.',
  ),
  TRUNKLINE_SIPS_PORT: setting(
    port.default(0),
    '0',
    'SIP port of the media node over TLS; 0 takes a free one.',
  ),
  TRUNKLINE_SIPS_CERT_FILE: setting(
    z.string().optional(),
    'a self-signed one',
    'PEM file with the certificate shown to PBXs over TLS, and its chain.',
  ),
  TRUNKLINE_SIPS_KEY_FILE: setting(
    z.string().optional(),
    'made with the self-signed one',
    'PEM file with the private key of TRUNKLINE_SIPS_CERT_FILE.',
  ),
  TRUNKLINE_SIPS_CLIENT_CA_FILE: setting(
    z.string().optional(),
    '',
    'PEM file of the authorities whose certificates identify PBXs that call over TLS.',
  ),
  TRUNKLINE_SIP_ADVERTISED: setting(
    z.string().optional(),
    'the bind address',
    'Address the PBX sees in Via, Contact and SDP.',
  ),
  TRUNKLINE_RTP_PORT_MIN: setting(
    port.default(20_000),
    '20000',
    'First RTP port towards the PBX; 0 takes free ones.',
  ),
  TRUNKLINE_RTP_PORT_MAX: setting(port.default(21_999), '21999', 'Last RTP port towards the PBX.'),
  TRUNKLINE_MEDIA_ENGINE: setting(
    z.enum(['embedded', 'rtpengine']).default('embedded'),
    'embedded',
    '`embedded`, or `rtpengine` for daemons of your own (10.5 or newer).',
  ),
  TRUNKLINE_RTPENGINE: setting(
    list.pipe(z.array(hostPort)).default([]),
    '',
    'Addresses `IP:port` of the ng protocol of one rtpengine or several, separated by commas.',
  ),
  TRUNKLINE_RTPENGINE_KEYS: setting(
    hostPort.optional(),
    '',
    'Address `IP:port` at which the media node listens for keys; `--dtmf-log-dest` of the daemons.',
  ),
  TRUNKLINE_MEDIA_PROCESSES: setting(
    z.coerce.number().int().min(0).max(64).default(0),
    'one for each core',
    'Processes of the embedded media engine; 0 takes one for each core.',
  ),
  TRUNKLINE_ICE_ADDRESSES: setting(
    list.default([]),
    'all own addresses',
    'Addresses the media node offers to browsers, separated by commas.',
  ),
  TRUNKLINE_MEDIA_NODE_PORT: setting(
    port.default(0),
    '0',
    'Health port of the media node (loopback).',
  ),
} as const;

const shape = Object.fromEntries(
  Object.entries(settingDefinitions).map(([name, definition]) => [name, definition.schema]),
) as { [K in keyof typeof settingDefinitions]: (typeof settingDefinitions)[K]['schema'] };
const environment = z.object(shape);

export type DatabaseRole = 'app' | 'router' | 'worker' | 'operator';
export const databaseRoles = [
  'app',
  'router',
  'worker',
  'operator',
] as const satisfies DatabaseRole[];

/** All settings, parsed. */
export type Settings = ReturnType<typeof parseSettings>;

/** A setting is wrong; the message names the variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Parses the environment. @throws SettingsError naming every wrong variable */
export function parseSettings(env: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(
    Object.keys(settingDefinitions).flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
  const result = environment.safeParse(given);
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new SettingsError(lines.join('\n'));
  }
  const s = result.data;
  if (s.TRUNKLINE_RTP_PORT_MIN > s.TRUNKLINE_RTP_PORT_MAX)
    throw new SettingsError('TRUNKLINE_RTP_PORT_MAX: must not be below TRUNKLINE_RTP_PORT_MIN');
  if (s.TRUNKLINE_MEDIA_ENGINE === 'rtpengine' && s.TRUNKLINE_RTPENGINE.length === 0)
    throw new SettingsError('TRUNKLINE_RTPENGINE: required with TRUNKLINE_MEDIA_ENGINE=rtpengine');
  return {
    port: s.TRUNKLINE_PORT,
    bindAddress: s.TRUNKLINE_BIND,
    publicUrl: s.TRUNKLINE_PUBLIC_URL ?? `http://localhost:${s.TRUNKLINE_PORT}`,
    trustedProxies: s.TRUNKLINE_TRUSTED_PROXIES,
    platformDomain: s.TRUNKLINE_PLATFORM_DOMAIN,
    dataDir: s.TRUNKLINE_DATA,
    demo: s.TRUNKLINE_DEMO,
    demoAccountsFile: s.TRUNKLINE_DEMO_ACCOUNTS,
    demoPbxPort: s.TRUNKLINE_DEMO_PBX_PORT,
    logLevel: s.TRUNKLINE_LOG_LEVEL,
    webRoot: s.TRUNKLINE_WEB_ROOT,
    region: s.TRUNKLINE_REGION,
    databaseUrl: s.DATABASE_URL,
    databaseRoleUrls: {
      app: s.TRUNKLINE_DATABASE_URL_APP,
      router: s.TRUNKLINE_DATABASE_URL_ROUTER,
      worker: s.TRUNKLINE_DATABASE_URL_WORKER,
      operator: s.TRUNKLINE_DATABASE_URL_OPERATOR,
    },
    databaseRoleKey: s.TRUNKLINE_DATABASE_ROLE_KEY,
    databasePool: s.TRUNKLINE_DATABASE_POOL,
    callRetention: {
      eventDays: s.TRUNKLINE_CALL_EVENT_DAYS,
      recordDays: s.TRUNKLINE_CALL_RECORD_DAYS,
    },
    keyEncryptionKeys: s.TRUNKLINE_KEK,
    controlPlanePort: s.TRUNKLINE_CONTROL_PLANE_PORT,
    controlPlaneUrl: s.TRUNKLINE_CONTROL_PLANE_URL,
    edgeUrl: s.TRUNKLINE_EDGE_URL,
    identityFile: s.TRUNKLINE_IDENTITY,
    sip: {
      bindAddress: s.TRUNKLINE_SIP_BIND,
      port: s.TRUNKLINE_SIP_PORT,
      tlsPort: s.TRUNKLINE_SIPS_PORT,
      certificate: {
        key: s.TRUNKLINE_SIPS_KEY_FILE,
        cert: s.TRUNKLINE_SIPS_CERT_FILE,
        clientCa: s.TRUNKLINE_SIPS_CLIENT_CA_FILE,
      },
      advertisedAddress: s.TRUNKLINE_SIP_ADVERTISED ?? s.TRUNKLINE_SIP_BIND,
    },
    rtp: { portMin: s.TRUNKLINE_RTP_PORT_MIN, portMax: s.TRUNKLINE_RTP_PORT_MAX },
    mediaProcesses: s.TRUNKLINE_MEDIA_PROCESSES,
    rtpengine:
      s.TRUNKLINE_MEDIA_ENGINE === 'rtpengine'
        ? { hosts: s.TRUNKLINE_RTPENGINE, dtmfLog: s.TRUNKLINE_RTPENGINE_KEYS }
        : undefined,
    iceAddresses: s.TRUNKLINE_ICE_ADDRESSES,
    mediaNodePort: s.TRUNKLINE_MEDIA_NODE_PORT,
  };
}

/** The value of a setting this process cannot do without. @throws SettingsError */
export function required<T>(value: T | undefined, name: keyof typeof settingDefinitions): T {
  if (value === undefined) throw new SettingsError(`${name}: required here`);
  return value;
}

/** Markdown table of all settings, for docs/settings.md. */
export function settingsTable(): string {
  const rows = Object.entries(settingDefinitions).map(
    ([name, { fallback, description }]) =>
      `| \`${name}\` | ${fallback ? `\`${fallback}\`` : '–'} | ${description} |`,
  );
  return ['| Variable | Default | Meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}
