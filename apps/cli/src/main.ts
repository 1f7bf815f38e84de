import process from 'node:process';
import { parseArgs } from 'node:util';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { ApiError, createApiClient } from './api-client.ts';
import { applyTenantFile } from './apply/command.ts';

const usage = `trunkline apply FILE [--dry-run] [--api URL]

  Brings a tenant to what FILE (YAML) says, through the public API. Prints its plan first.

  TRUNKLINE_API_KEY   the API key of the partner (never on the command line)
  TRUNKLINE_API_URL   address of the API, default http://localhost:8080; --api goes first
`;

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { api: { type: 'string' }, 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const [verb, path, ...more] = positionals;
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (verb !== 'apply' || path === undefined || more.length > 0) {
    process.stderr.write(usage);
    return 2;
  }
  const apiKey = process.env.TRUNKLINE_API_KEY;
  if (!apiKey) {
    process.stderr.write('TRUNKLINE_API_KEY is not set\n');
    return 2;
  }
  const baseUrl = values.api ?? process.env.TRUNKLINE_API_URL ?? 'http://localhost:8080';
  await applyTenantFile({
    path,
    api: createApiClient({ baseUrl, apiKey }),
    env: process.env,
    dryRun: values['dry-run'] ?? false,
    print: (line) => process.stdout.write(`${line}\n`),
  });
  return 0;
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
