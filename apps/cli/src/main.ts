import process from 'node:process';
import { parseArgs } from 'node:util';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { type ApiClient, ApiError, createApiClient } from './api-client.ts';
import { applyTenantFile } from './apply/command.ts';
import { exportLinesFile, importLinesFile } from './lines/command.ts';

const usage = `trunkline apply FILE [--dry-run] [--api URL]

  Brings a tenant to what FILE (YAML) says, through the public API. Prints its plan first.

trunkline lines import FILE --tenant ALIAS --group NAME [--api URL]

  Adds the lines of a CSV file (user name, auth user name, password, number) to a line group.
  Lines that are there are skipped; nothing is changed or deleted.

trunkline lines export [FILE] --tenant ALIAS --group NAME [--only-active] [--api URL]

  Writes the lines of a group in the same format, without passwords.

  TRUNKLINE_API_KEY   the API key of the partner (never on the command line)
  TRUNKLINE_API_URL   address of the API, default http://localhost:8080; --api goes first
`;

type Options = {
  api?: string;
  tenant?: string;
  group?: string;
  'dry-run'?: boolean;
  'only-active'?: boolean;
};
type Work = (api: ApiClient) => Promise<number>;

const print = (line: string) => process.stdout.write(`${line}\n`);

/** What the words of the command line ask for; undefined when they make no sense. */
function workOf(words: readonly string[], options: Options): Work | undefined {
  const [verb, ...more] = words;
  if (verb === 'apply') return applyWork(more, options);
  return verb === 'lines' ? linesWork(more, options) : undefined;
}

function applyWork([path, ...more]: readonly string[], options: Options): Work | undefined {
  if (path === undefined || more.length > 0) return undefined;
  return async (api) => {
    await applyTenantFile({
      path,
      api,
      env: process.env,
      dryRun: options['dry-run'] ?? false,
      print,
    });
    return 0;
  };
}

function linesWork([verb, path, ...more]: readonly string[], options: Options): Work | undefined {
  const { tenant, group } = options;
  if (tenant === undefined || group === undefined || more.length > 0) return undefined;
  if (verb === 'import' && path !== undefined)
    return async (api) => ((await importLinesFile({ api, tenant, group, path, print })) ? 0 : 1);
  if (verb !== 'export') return undefined;
  return async (api) => {
    const onlyActive = options['only-active'] ?? false;
    await exportLinesFile({ api, tenant, group, path, onlyActive, print });
    return 0;
  };
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      api: { type: 'string' },
      tenant: { type: 'string' },
      group: { type: 'string' },
      'dry-run': { type: 'boolean' },
      'only-active': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const work = workOf(positionals, values);
  if (!work) {
    process.stderr.write(usage);
    return 2;
  }
  const apiKey = process.env.TRUNKLINE_API_KEY;
  if (!apiKey) {
    process.stderr.write(
      'TRUNKLINE_API_KEY is not set. After `npm start` on this machine:\n' +
        '  export TRUNKLINE_API_KEY=$(cat .data/secrets/partner-api-key)\n',
    );
    return 2;
  }
  const baseUrl = values.api ?? process.env.TRUNKLINE_API_URL ?? 'http://localhost:8080';
  return work(createApiClient({ baseUrl, apiKey }));
}

/** What a person can act on, without a stack; anything unexpected keeps it. */
function explain(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  if (error instanceof TrunklineError) {
    const fields = (error.errors ?? []).map(
      (field) => `\n  ${field.pointer || '/'}: ${field.message}`,
    );
    return `${error.message}${fields.join('')}`;
  }
  if (error instanceof Error && error.message === 'fetch failed')
    return `the API cannot be reached (${reasonOf(error.cause)}); set TRUNKLINE_API_URL or --api to its address`;
  if (error instanceof Error && 'code' in error) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Why a connection failed: all addresses tried have the reason in one of their errors. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message : 'no reason given';
}

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  },
);
