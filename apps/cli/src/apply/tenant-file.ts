import { callLimits } from '@trunkline/contracts/call-limits.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { createLine, createLineGroup } from '@trunkline/contracts/lines.ts';
import { createLocation } from '@trunkline/contracts/locations.ts';
import { parse } from '@trunkline/contracts/parse.ts';
import { createTenant } from '@trunkline/contracts/tenants.ts';
import { createUser } from '@trunkline/contracts/users.ts';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

/**
 * A tenant as a file: what the API's create bodies say, with names in place of ids. Fields the
 * file leaves out keep the API's defaults at creation and their present value later.
 */
const line = createLine.omit({ lineGroupId: true, locationId: true }).extend({
  // Lines are known by number here, also where it is the user name.
  number: createLine.shape.number.unwrap(),
  /** Name of a location of this file, for groups of location mode `line`. */
  location: z.string().min(1).optional(),
});
const lineGroup = createLineGroup.omit({ locationId: true }).extend({
  /** Name of a location of this file. */
  location: z.string().min(1),
  lines: z.array(line).max(10_000).default([]),
});

export const tenantFile = z.strictObject({
  tenant: createTenant,
  /** The toll-fraud floor as a whole; left out it stays as it is. */
  callLimits: callLimits.optional(),
  locations: z.array(createLocation).max(500).default([]),
  lineGroups: z.array(lineGroup).max(500).default([]),
  users: z.array(createUser).max(10_000).default([]),
});
export type TenantFile = z.infer<typeof tenantFile>;

const variable = /\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}/g;

/** Puts environment variables into a text: `${NAME}` or `${NAME:-default}`. */
function substitute(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(variable, (_whole, name: string, fallback: string | undefined) => {
    const value = env[name] ?? fallback;
    if (value === undefined)
      throw new TrunklineError('invalid_request', { detail: `the variable ${name} is not set` });
    return value;
  });
}

/** What the file literally says, before defaults: only these fields are compared with the API. */
export interface LoadedTenantFile {
  readonly parsed: TenantFile;
  readonly literal: RawTenantFile;
}

interface RawTenantFile {
  tenant: Record<string, unknown>;
  locations?: Record<string, unknown>[];
  lineGroups?: (Record<string, unknown> & { lines?: Record<string, unknown>[] })[];
  users?: Record<string, unknown>[];
}

/**
 * Reads a tenant file.
 * @throws TrunklineError `invalid_request` naming each wrong field
 */
export function loadTenantFile(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): LoadedTenantFile {
  let literal: unknown;
  try {
    literal = parseYaml(substitute(text, env));
  } catch (cause) {
    if (cause instanceof TrunklineError) throw cause;
    const detail = `not valid YAML: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new TrunklineError('invalid_request', { detail, cause });
  }
  const parsed = parse(tenantFile, literal);
  const locations = new Set(parsed.locations.map((location) => location.name));
  const named = parsed.lineGroups.flatMap(({ name, location, lines }) => [
    { name, location },
    ...lines.flatMap((one) => (one.location ? [{ name, location: one.location }] : [])),
  ]);
  const unknown = named.find(({ location }) => !locations.has(location));
  if (unknown) {
    const detail = `line group "${unknown.name}" names the unknown location "${unknown.location}"`;
    throw new TrunklineError('invalid_request', { detail });
  }
  return { parsed, literal: literal as RawTenantFile };
}
