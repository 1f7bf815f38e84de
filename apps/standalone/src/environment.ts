import { join } from 'node:path';
import process from 'node:process';
import { roleUrl } from '@trunkline/platform/database-urls.ts';
import type { DatabaseRole, Settings } from '@trunkline/platform/settings.ts';
import type { StandaloneSecrets } from './secrets.ts';

/** The processes of a standalone installation. */
export type ProcessName = 'bootstrap' | 'control-plane' | 'edge' | 'media-node' | 'simulated-pbx';

/** What the supervisor settled before it starts processes. */
export interface Installation {
  settings: Settings;
  dataDir: string;
  publicUrl: string;
  port: number;
  controlPlanePort: number;
  pbxPort: number;
  ownerUrl: string;
  secrets: StandaloneSecrets;
  demoAccountsFile: string | undefined;
}

/** Database roles each process gets; none is given more than it needs. */
const rolesOf: Readonly<Record<ProcessName, readonly DatabaseRole[]>> = {
  bootstrap: [],
  'control-plane': ['app', 'router', 'worker', 'operator'],
  edge: ['app', 'router'],
  'media-node': [],
  'simulated-pbx': [],
};

/** Variables of the supervisor's own environment that every process may see. */
const passedOn = [
  'PATH',
  'HOME',
  'LANG',
  'TZ',
  'NODE_EXTRA_CA_CERTS',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
];

/** Where a process keeps its identity. */
export function identityFile(dataDir: string, name: 'edge' | 'media-node'): string {
  return join(dataDir, name, 'identity.json');
}

/** The environment of one process: its settings and secrets, and nothing else. */
export async function environmentOf(
  name: ProcessName,
  installation: Installation,
): Promise<Record<string, string>> {
  const { settings, dataDir, publicUrl, port, controlPlanePort, pbxPort, ownerUrl, secrets } =
    installation;
  const env: Record<string, string> = { NODE_ENV: 'production' };
  for (const variable of passedOn) {
    const value = process.env[variable];
    if (value !== undefined) env[variable] = value;
  }
  // Settings the user gave reach every process, except those that hold secrets.
  for (const [variable, value] of Object.entries(process.env)) {
    if (value && variable.startsWith('TRUNKLINE_') && !/KEK|DATABASE|_KEY$/.test(variable))
      env[variable] = value;
  }
  Object.assign(env, {
    TRUNKLINE_DATA: dataDir,
    TRUNKLINE_PUBLIC_URL: publicUrl,
    TRUNKLINE_PORT: String(port),
    TRUNKLINE_LOG_LEVEL: settings.logLevel,
    TRUNKLINE_CONTROL_PLANE_PORT: String(controlPlanePort),
    TRUNKLINE_CONTROL_PLANE_URL: `http://127.0.0.1:${controlPlanePort}`,
    TRUNKLINE_EDGE_URL: `http://127.0.0.1:${port}`,
    TRUNKLINE_DEMO_PBX_PORT: String(pbxPort),
  });
  for (const role of rolesOf[name]) {
    const given = settings.databaseRoleUrls[role];
    env[`TRUNKLINE_DATABASE_URL_${role.toUpperCase()}`] =
      given ?? (await roleUrl(ownerUrl, secrets.databaseRoleKey, role));
  }
  if (name === 'bootstrap') {
    env.DATABASE_URL = ownerUrl;
    env.TRUNKLINE_DATABASE_ROLE_KEY = secrets.databaseRoleKey;
  }
  if (name === 'bootstrap' || name === 'control-plane')
    env.TRUNKLINE_KEK = secrets.keyEncryptionKeys;
  if (name === 'edge' || name === 'media-node')
    env.TRUNKLINE_IDENTITY = identityFile(dataDir, name);
  if (name === 'edge' && installation.demoAccountsFile)
    env.TRUNKLINE_DEMO_ACCOUNTS = installation.demoAccountsFile;
  return env;
}
