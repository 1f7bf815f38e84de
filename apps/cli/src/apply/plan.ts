import type { LineGroup } from '@trunkline/contracts/lines.ts';
import { coupledCodecs } from '@trunkline/contracts/media.ts';
import type { TenantState } from './state.ts';
import type { LoadedTenantFile } from './tenant-file.ts';

/** One field that differs: as it is and as the file wants it. */
export interface Change {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

export type Kind = 'tenant' | 'callLimits' | 'location' | 'lineGroup' | 'line' | 'user';

/** One step of a plan. Objects are known by name, since ids exist only once they were created. */
export type Step =
  | {
      readonly action: 'create';
      readonly kind: Kind;
      readonly name: string;
      readonly group?: string;
    }
  | {
      readonly action: 'update';
      readonly kind: Kind;
      readonly name: string;
      readonly group?: string;
      readonly id: string;
      readonly changes: readonly Change[];
    };

/** Fields that cannot be read back, or that name other objects. */
const notCompared = new Set(['password', 'firstAdmin', 'lines', 'location', 'alias']);

/**
 * Compares a file with what is there. Only what the file says is compared; nothing is deleted.
 * Passwords are set at creation only: they cannot be read back.
 */
export function planTenant(file: LoadedTenantFile, state: TenantState | undefined): Step[] {
  const { parsed, literal } = file;
  const steps: Step[] = [];
  const compare = <T extends object>(
    target: { kind: Kind; name: string; group?: string },
    current: (T & { id: string }) | undefined,
    wanted: Record<string, unknown>,
    said: Record<string, unknown>,
  ) => {
    if (!current) {
      steps.push({ action: 'create', ...target });
      return;
    }
    const changes = changesOf(current as Record<string, unknown>, wanted, said);
    if (changes.length > 0) steps.push({ action: 'update', ...target, id: current.id, changes });
  };

  compare(
    { kind: 'tenant', name: parsed.tenant.alias },
    state?.tenant,
    parsed.tenant,
    literal.tenant,
  );
  if (parsed.callLimits) {
    // A tenant always has limits: they are changed, never created.
    const limits = { id: '', ...(state?.callLimits ?? {}) };
    compare(
      { kind: 'callLimits', name: parsed.tenant.alias },
      limits,
      parsed.callLimits,
      parsed.callLimits,
    );
  }
  parsed.locations.forEach((wanted, index) => {
    const current = state?.locations.find((location) => location.name === wanted.name);
    compare(
      { kind: 'location', name: wanted.name },
      current,
      wanted,
      literal.locations?.[index] ?? {},
    );
  });
  parsed.lineGroups.forEach((wanted, index) => {
    const said = literal.lineGroups?.[index] ?? {};
    const current = state?.lineGroups.find((group) => group.name === wanted.name);
    const { lines, location, ...group } = wanted;
    compare(
      { kind: 'lineGroup', name: wanted.name },
      current,
      storedGroup(group, current, said),
      said,
    );
    const here = state?.locations.find((candidate) => candidate.name === location);
    if (current && here && current.locationId !== here.id)
      steps.push({
        action: 'update',
        kind: 'lineGroup',
        name: wanted.name,
        id: current.id,
        changes: [{ field: 'locationId', from: current.locationId, to: here.id }],
      });
    lines.forEach((line, at) => {
      const existing = state?.lines.find(
        (candidate) =>
          candidate.lineGroupId === current?.id &&
          candidate.number === line.number &&
          candidate.suffix === line.suffix,
      );
      compare(
        { kind: 'line', name: line.number + line.suffix, group: wanted.name },
        existing,
        line,
        said.lines?.[at] ?? {},
      );
      const place = state?.locations.find((candidate) => candidate.name === line.location);
      if (existing && place && existing.locationId !== place.id)
        steps.push({
          action: 'update',
          kind: 'line',
          name: line.number + line.suffix,
          group: wanted.name,
          id: existing.id,
          changes: [{ field: 'locationId', from: existing.locationId, to: place.id }],
        });
    });
  });
  parsed.users.forEach((wanted, index) => {
    const current = state?.users.find((user) => user.userName === wanted.userName);
    compare({ kind: 'user', name: wanted.userName }, current, wanted, literal.users?.[index] ?? {});
  });
  return steps;
}

/** A group as the API stores it: HD codecs bring opus for the clients (LIN-076). */
function storedGroup<G extends Pick<LineGroup, 'pbxCodecs' | 'clientCodecs'>>(
  wanted: G,
  current: LineGroup | undefined,
  said: object,
): G {
  const towardsPbx = 'pbxCodecs' in said ? wanted.pbxCodecs : (current ?? wanted).pbxCodecs;
  return { ...wanted, clientCodecs: coupledCodecs(towardsPbx, wanted.clientCodecs) };
}

function changesOf(
  current: Record<string, unknown>,
  wanted: Record<string, unknown>,
  said: Record<string, unknown>,
): Change[] {
  return Object.keys(said).flatMap((field) => {
    if (notCompared.has(field)) return [];
    const from = comparable(field, current[field], wanted[field]);
    const to = comparable(field, wanted[field], wanted[field]);
    return textOf(from) === textOf(to) ? [] : [{ field, from, to }];
  });
}

/** As JSON, whatever order the fields of objects are in. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Lists whose order says something. */
const ordered = new Set(['pbxCodecs', 'clientCodecs', 'featureCodes', 'forwardList']);

/**
 * Lists without an order of their own compare sorted, phones without what the server adds, a
 * template without its version where the file names none.
 */
function comparable(field: string, value: unknown, other?: unknown): unknown {
  if (field === 'template' && typeof value === 'string' && !String(other ?? '').includes('@'))
    return value.split('@')[0];
  if (!Array.isArray(value) || ordered.has(field)) return value ?? null;
  const plain =
    field === 'phones'
      ? value.map(({ slot, number }: { slot: string; number: string }) => ({ slot, number }))
      : value;
  return plain.toSorted((a, b) => textOf(a).localeCompare(textOf(b)));
}

const words: Readonly<Record<Kind, string>> = {
  tenant: 'tenant',
  callLimits: 'call limits',
  location: 'location',
  lineGroup: 'line group',
  line: 'line',
  user: 'user',
};

/** A step as a person reads it. */
export function describeStep(step: Step): string {
  const where = step.group ? ` in ${step.group}` : '';
  if (step.action === 'create') return `+ create ${words[step.kind]} ${step.name}${where}`;
  const changes = step.changes.map(
    ({ field, from, to }) => `${field} ${JSON.stringify(from)} → ${JSON.stringify(to)}`,
  );
  return `~ update ${words[step.kind]} ${step.name}${where}: ${changes.join(', ')}`;
}
