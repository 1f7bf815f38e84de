import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { migrate } from '@trunkline/database/node/migrate.ts';
import { systemClock } from '@trunkline/platform/clock.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import { parseSettings, required } from '@trunkline/platform/settings.ts';
import {
  type BootstrapResult,
  bootstrapInput,
  bootstrapPlatform,
} from '@trunkline/services/bootstrap/bootstrap-platform.ts';
import { openPlatform } from '@trunkline/services/core/open-platform.ts';
import { databaseUrlsOf, rolePasswordsOf } from './database-settings.ts';

/** What the step prints, as one line of JSON. */
export interface BootstrapReport extends BootstrapResult {
  /** Migrations applied now. */
  readonly migrations: readonly string[];
}

/**
 * Prepares an installation: roles, migrations, keys, region, partner, nodes, edges. May be run at
 * every start. Settings come from the environment, what to register from a JSON file.
 */
export async function bootstrap(
  env: Readonly<Record<string, string | undefined>>,
  inputFile: string,
): Promise<BootstrapReport> {
  const settings = parseSettings(env);
  const input = bootstrapInput.parse(JSON.parse(await readFile(inputFile, 'utf8')));
  const migrations = await migrate({
    ownerUrl: required(settings.databaseUrl, 'DATABASE_URL'),
    passwords: await rolePasswordsOf(settings),
  });
  const platform = await openPlatform({
    databaseUrls: await databaseUrlsOf(settings),
    pool: 2,
    keyEncryptionKeys: required(settings.keyEncryptionKeys, 'TRUNKLINE_KEK'),
    platformDomain: settings.platformDomain,
    region: settings.region,
    issuer: settings.publicUrl,
    clock: systemClock,
    // Standard output carries the report.
    log: createLogger({
      name: 'bootstrap',
      level: settings.logLevel,
      write: (line) => void process.stderr.write(line),
    }),
  });
  try {
    return { migrations, ...(await bootstrapPlatform(platform, input)) };
  } finally {
    await platform.close();
  }
}

if (process.argv[1] === import.meta.filename) {
  const [, , inputFile] = process.argv;
  if (!inputFile) {
    process.stderr.write('usage: node bootstrap.ts <file.json>\n');
    process.exit(2);
  }
  process.stdout.write(`${JSON.stringify(await bootstrap(process.env, inputFile))}\n`);
}
