import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { knots, shortestCycle } from './cycles.ts';
import { importSites } from './imports.ts';
import { impureUses, nodeGlobals } from './purity.ts';
import {
  allowedGlobals,
  brokenArrow,
  groupOf,
  isBuildTool,
  isTestPlace,
  mayStart,
  mayUseNode,
  NODE_RULE,
  type Place,
  PURE_PACKAGES,
  placeOf,
  roomName,
} from './rooms.ts';
import { sourceFiles } from './source-files.ts';
import { parseSource, type Syntax } from './syntax.ts';
import type { Violation } from './violation.ts';

const SCOPE = '@trunkline/';
const BUILTINS = new Set(builtinModules);
/** Files that are not sources of any room: what they import is the tools' own business. */
const OWN_TOOLS = /\.m?js$/;

/**
 * Checks every import of every source file against the arrows between the rooms, and the sources
 * that must run everywhere for Node and for clocks.
 *
 * @param root folder that holds `apps/`, `packages/` …
 */
export function checkArchitecture(root: string): Violation[] {
  const violations: Violation[] = [];
  const graph = new Map<string, string[]>();
  const manifests = new Map<string, Manifest>();

  for (const file of sourceFiles(root)) {
    if (OWN_TOOLS.test(file)) continue;
    const place = placeOf(file);
    const syntax = parseSource(file, readFileSync(join(root, file), 'utf8'));
    const targets: string[] = [];
    graph.set(file, targets);
    for (const { specifier, line, isScript } of importSites(syntax)) {
      const report = (found: string, rule: string) => violations.push({ file, line, found, rule });
      if (specifier.startsWith('node:') || BUILTINS.has(specifier)) {
        if (!mayUseNode(place)) report(`imports ${specifier}`, NODE_RULE);
      } else if (specifier.startsWith('.')) {
        const target = posix.normalize(
          posix.join(posix.dirname(file), specifier.split('?')[0] ?? ''),
        );
        if (isScript && mayStart(place, placeOf(target))) continue;
        targets.push(target);
        checkRelative(place, target, report);
      } else if (specifier.startsWith(SCOPE)) {
        const target = fileOf(specifier);
        if (target === undefined) {
          report(
            `imports ${specifier}`,
            'workspace packages are imported as @trunkline/<package>/<file>.ts',
          );
        } else {
          targets.push(target);
          checkArrow(place, target, specifier, report);
        }
      } else {
        checkDeclared(root, file, specifier, manifests, report);
      }
    }
    violations.push(...checkGlobals(file, place, syntax));
  }
  return [...violations, ...checkCycles(graph)].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line,
  );
}

type Report = (found: string, rule: string) => void;

/** The file behind `@trunkline/numbers/e164.ts`; undefined for a package that does not exist. */
function fileOf(specifier: string): string | undefined {
  const [name = '', ...path] = specifier.slice(SCOPE.length).split('/');
  const group = groupOf(name);
  if (group === undefined || path.length === 0) return undefined;
  return group === 'e2e' ? `e2e/${path.join('/')}` : `${group}/${name}/src/${path.join('/')}`;
}

function checkArrow(from: Place, target: string, specifier: string, report: Report): void {
  const to = placeOf(target);
  const rule = brokenArrow(from, to);
  if (rule !== undefined) {
    report(`${roomName(from)} → ${roomName(to)}: imports ${specifier}`, rule);
  }
}

function checkRelative(from: Place, target: string, report: Report): void {
  const to = placeOf(target);
  const rule = brokenArrow(from, to);
  if (roomName(from) === roomName(to)) {
    if (rule !== undefined) report(`imports ${target}`, rule);
    return;
  }
  const found = `${roomName(from)} → ${roomName(to)}: imports ${target} by a relative path`;
  if (rule !== undefined) report(found, rule);
  else if (to.group === 'packages' && from.group !== 'tools' && !isBuildTool(from)) {
    report(found, `another package is imported by its name: ${SCOPE}${to.name}/…`);
  }
}

function checkGlobals(file: string, place: Place, syntax: Syntax): Violation[] {
  const found: Violation[] = [];
  if (!mayUseNode(place)) {
    for (const { line, text } of nodeGlobals(syntax, allowedGlobals(place))) {
      found.push({ file, line, found: `uses Node's ${text}`, rule: NODE_RULE });
    }
  }
  const isPure = place.group === 'packages' && PURE_PACKAGES.includes(place.name);
  if (isPure && !isTestPlace(place)) {
    for (const { line, text } of impureUses(syntax)) {
      const rule =
        'a pure package does no I/O and has no clock or chance of its own: they are passed in';
      found.push({ file, line, found: `uses ${text}`, rule });
    }
  }
  return found;
}

/** What of a package.json counts here. */
interface Manifest {
  readonly declared: ReadonlySet<string>;
  readonly declaredForTests: ReadonlySet<string>;
}

/** An outside package must stand in the room's own package.json; tests may use the root's too. */
function checkDeclared(
  root: string,
  file: string,
  specifier: string,
  manifests: Map<string, Manifest>,
  report: Report,
): void {
  if (/^[a-z]+:/.test(specifier)) return;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const place = placeOf(file);
  const inRoom = place.group === 'apps' || place.group === 'packages';
  const folder = inRoom ? `${place.group}/${place.name}` : place.group === 'e2e' ? 'e2e' : '';
  const own = manifestIn(root, folder, manifests);
  const outer = manifestIn(root, '', manifests);
  const isBuild = isTestPlace(place) || isBuildTool(place);
  const declared =
    own.declared.has(name) ||
    (isBuild && (own.declaredForTests.has(name) || outer.declaredForTests.has(name))) ||
    (folder === '' && outer.declaredForTests.has(name));
  if (!declared) {
    report(
      `imports ${name}`,
      `${join(folder, 'package.json')} must name the packages its room imports`,
    );
  }
}

function manifestIn(root: string, folder: string, manifests: Map<string, Manifest>): Manifest {
  const known = manifests.get(folder);
  if (known !== undefined) return known;
  const path = join(root, folder, 'package.json');
  const names = (value: unknown) =>
    typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const json: unknown = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  const { dependencies, devDependencies } = json as Record<string, unknown>;
  const manifest = {
    declared: new Set(names(dependencies)),
    declaredForTests: new Set([...names(dependencies), ...names(devDependencies)]),
  };
  manifests.set(folder, manifest);
  return manifest;
}

function checkCycles(graph: ReadonlyMap<string, readonly string[]>): Violation[] {
  return knots(graph).flatMap((knot) => {
    const rooms = new Set(knot.map((file) => roomName(placeOf(file))));
    const [first] = knot;
    if (rooms.size < 2 || first === undefined) return [];
    const way = shortestCycle(graph, first, new Set(knot));
    return [
      {
        file: first,
        line: 1,
        found: `cycle: ${way.join(' → ')}`,
        rule: 'files of different packages do not import each other in a circle',
      },
    ];
  });
}

/** The repository this file stands in. */
export const REPOSITORY = dirname(dirname(import.meta.dirname));
