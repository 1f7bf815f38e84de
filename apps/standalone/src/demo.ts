import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
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

interface DemoAccount {
  identity: string;
  displayName: string;
  password: string;
}

/** Writes the demo accounts where the edge reads them; returns the file. */
export async function writeDemoAccounts(dataDir: string, platformDomain: string): Promise<string> {
  const demo = demoTenant.parse(parse(await readFile(demoFile, 'utf8')));
  const account = (user: {
    userName: string;
    displayName: string;
    password: string;
  }): DemoAccount => ({
    identity: `${user.userName}@${demo.tenant.alias}.${platformDomain}`,
    displayName: user.displayName,
    password: user.password,
  });
  const accounts = demo.users.map((user) => ({
    ...account(user),
    extension: user.phones[0]?.number ?? '',
  }));
  const admins = [account(demo.tenant.firstAdmin)];
  const path = join(dataDir, 'demo-accounts.json');
  await writePrivateFile(path, `${JSON.stringify({ accounts, admins }, null, 2)}\n`);
  return path;
}

export interface DemoApi {
  apiUrl: string;
  apiKey: string;
}

const suspension = { reason: 'partner' };

/** Takes the suspension back that a start outside loopback left on the demo tenant. */
export async function openDemoTenant(api: DemoApi): Promise<void> {
  const found = await findDemoTenant(api);
  if (found?.state === 'suspended') await post(api, `/v1/tenants/${found.id}/resume`);
}

/** Suspends the demo tenant, if there is one. @returns whether there is one */
export async function closeDemoTenant(api: DemoApi): Promise<boolean> {
  const found = await findDemoTenant(api);
  if (found && found.state !== 'suspended') await post(api, `/v1/tenants/${found.id}/suspend`);
  return found !== undefined;
}

const tenantPage = z.object({
  items: z.array(z.object({ id: z.string(), alias: z.string(), state: z.string() })),
  nextCursor: z.string().nullable(),
});

async function findDemoTenant(
  api: DemoApi,
): Promise<z.infer<typeof tenantPage>['items'][number] | undefined> {
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: z.infer<typeof tenantPage> = tenantPage.parse(
      await ask(api, 'GET', `/v1/tenants?limit=200${query}`),
    );
    const found = page.items.find((tenant) => tenant.alias === 'demo');
    if (found) return found;
    cursor = page.nextCursor;
  } while (cursor !== null);
  return undefined;
}

async function post(api: DemoApi, path: string): Promise<void> {
  await ask(api, 'POST', path, suspension);
}

async function ask(
  { apiUrl, apiKey }: DemoApi,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(new URL(path, apiUrl), {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
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
