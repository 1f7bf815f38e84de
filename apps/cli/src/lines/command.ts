import { readFile, writeFile } from 'node:fs/promises';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { LineGroup, LineImportResult } from '@trunkline/contracts/lines.ts';
import type { Tenant } from '@trunkline/contracts/tenants.ts';
import type { ApiClient } from '../api-client.ts';

export interface LinesOptions {
  readonly api: ApiClient;
  /** Alias of the tenant. */
  readonly tenant: string;
  /** Name of the line group. */
  readonly group: string;
  readonly print: (line: string) => void;
}

/**
 * `trunkline lines import`: adds the lines of a CSV file and prints what was not added (LIN-058).
 * @returns true when no row failed
 */
export async function importLinesFile(options: LinesOptions & { path: string }): Promise<boolean> {
  const { path, group, print } = options;
  const file = new Uint8Array(await readFile(path));
  const { api, address } = await groupOf(options);
  const result = await api.postCsv<LineImportResult>(`${address}/import`, file);
  for (const row of result.rows)
    if (row.outcome !== 'added')
      print(`row ${row.row} ${row.userName ?? ''}: ${row.outcome}, ${row.detail ?? row.code}`);
  print(`${group}: ${result.added} added, ${result.skipped} skipped, ${result.failed} failed`);
  return result.failed === 0;
}

/** `trunkline lines export`: to a file, or printed (LIN-060). */
export async function exportLinesFile(
  options: LinesOptions & { path: string | undefined; onlyActive: boolean },
): Promise<void> {
  const { path, onlyActive, print } = options;
  const { api, address } = await groupOf(options);
  const text = await api.getText(`${address}/export?onlyActive=${onlyActive}`);
  if (path === undefined) print(text.trimEnd());
  else await writeFile(path, text);
}

async function groupOf({ api, tenant, group }: LinesOptions) {
  const found = (await api.list<Tenant>('/v1/tenants')).find((one) => one.alias === tenant);
  if (!found) throw new TrunklineError('not_found', { detail: `there is no tenant ${tenant}` });
  const inside = api.inTenant(found.id);
  const groups = await inside.list<LineGroup>('/v1/line-groups');
  const wanted = groups.find((one) => one.name === group);
  if (!wanted)
    throw new TrunklineError('not_found', { detail: `${tenant} has no line group ${group}` });
  return { api: inside, address: `/v1/line-groups/${wanted.id}/lines` };
}
