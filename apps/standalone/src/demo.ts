import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writePrivateFile } from '@trunkline/platform/node/identity-file.ts';
import { parse } from 'yaml';
import { z } from 'zod';

const run = promisify(execFile);

export const demoFile = fileURLToPath(new URL('../../../tenants/demo.yaml', import.meta.url));
const cli = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));

/** What the sign-in page shows of the demo tenant, on loopback only. */
const demoTenant = z.object({
  tenant: z.object({
    alias: z.string(),
    firstAdmin: z.object({ userName: z.string(), displayName: z.string(), password: z.string() }),
  }),
  users: z.array(
    z.object({
      userName: z.string(),
      displayName: z.string(),
      password: z.string(),
      phones: z.array(z.object({ number: z.string() })).default([]),
    }),
  ),
});

export interface DemoAccount {
  identity: string;
  displayName: string;
  password: string;
  extension: string | null;
  admin: boolean;
}

/** Writes the demo accounts where the edge reads them; returns the file. */
export async function writeDemoAccounts(dataDir: string, platformDomain: string): Promise<string> {
  const demo = demoTenant.parse(parse(await readFile(demoFile, 'utf8')));
  const identity = (userName: string) => `${userName}@${demo.tenant.alias}.${platformDomain}`;
  const { firstAdmin } = demo.tenant;
  const accounts: DemoAccount[] = demo.users.map((user) => ({
    identity: identity(user.userName),
    displayName: user.displayName,
    password: user.password,
    extension: user.phones[0]?.number ?? null,
    admin: false,
  }));
  accounts.push({
    identity: identity(firstAdmin.userName),
    displayName: firstAdmin.displayName,
    password: firstAdmin.password,
    extension: null,
    admin: true,
  });
  const path = join(dataDir, 'demo-accounts.json');
  await writePrivateFile(path, `${JSON.stringify({ accounts }, null, 2)}\n`);
  return path;
}

/**
 * Applies the demo tenant with the command-line tool, through the public API.
 * @throws with the tool's own words
 */
export async function applyDemoTenant(options: {
  apiUrl: string;
  apiKey: string;
  pbxPort: number;
}): Promise<string> {
  const { stdout } = await run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', cli, 'apply', demoFile],
    {
      timeout: 60_000,
      env: {
        PATH: process.env.PATH ?? '',
        TRUNKLINE_API_URL: options.apiUrl,
        TRUNKLINE_API_KEY: options.apiKey,
        TRUNKLINE_DEMO_PBX_PORT: String(options.pbxPort),
      },
    },
  );
  return stdout.trim();
}
