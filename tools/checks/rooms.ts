/**
 * The rooms of the house and the arrows between them: who may import whom. A room is one package,
 * one app, or one of the folders around them.
 */

/** Packages without I/O and without a clock; they run on Node, Deno, workerd and in browsers. */
export const PURE_PACKAGES: readonly string[] = [
  'numbers',
  'rights',
  'presence',
  'calls',
  'licensing',
];

const PACKAGES: readonly string[] = [
  'contracts',
  ...PURE_PACKAGES,
  'services',
  'database',
  'platform',
  'directory',
  'sip',
  'media',
  'xmpp',
  'ui',
];

const SERVER_PACKAGES = PACKAGES.filter((name) => name !== 'ui');

/** What one room may import, and why not more. */
interface RoomRule {
  /** Names of packages. */
  readonly may: readonly string[];
  readonly rule: string;
}

const PURE_RULE: RoomRule = {
  may: ['contracts', ...PURE_PACKAGES],
  rule: 'a pure package imports nothing but contracts and other pure packages',
};
const WEB_RULE: RoomRule = {
  may: ['contracts', ...PURE_PACKAGES, 'ui'],
  rule: 'the web apps import contracts, pure packages and ui only; they talk to servers over protocols',
};
const SERVER_RULE: RoomRule = {
  may: SERVER_PACKAGES,
  rule: 'server apps import packages other than ui',
};
const ALONE = 'sip, media and xmpp know no tenant and no database: they import no other package';

const PACKAGE_RULES: Readonly<Record<string, RoomRule>> = {
  contracts: { may: [], rule: 'contracts is what everybody shares: it imports no other package' },
  ...Object.fromEntries(PURE_PACKAGES.map((name) => [name, PURE_RULE])),
  services: {
    may: ['contracts', ...PURE_PACKAGES, 'database', 'platform'],
    rule: 'services imports contracts, pure packages, database and platform only',
  },
  database: { may: ['contracts'], rule: 'database imports contracts only' },
  platform: { may: ['contracts'], rule: 'platform imports contracts only' },
  directory: {
    may: ['contracts', ...PURE_PACKAGES, 'platform'],
    rule: 'directory imports contracts, pure packages and platform only; services writes what it finds',
  },
  sip: { may: [], rule: ALONE },
  media: { may: ['sip'], rule: `${ALONE}, save that media reads SDP with sip` },
  xmpp: { may: [], rule: ALONE },
  ui: {
    may: ['contracts', ...PURE_PACKAGES],
    rule: 'ui imports contracts and pure packages only',
  },
};

const APP_RULES: Readonly<Record<string, RoomRule>> = {
  'control-plane': SERVER_RULE,
  edge: SERVER_RULE,
  standalone: SERVER_RULE,
  'media-node': {
    may: SERVER_PACKAGES.filter((name) => name !== 'services' && name !== 'database'),
    rule: 'media-node imports neither services nor database: configuration and events travel over the node link',
  },
  portal: WEB_RULE,
  client: WEB_RULE,
  cli: {
    may: ['contracts', ...PURE_PACKAGES],
    rule: 'cli imports contracts and pure packages only; it works over the public API',
  },
};

/** Where a file lives. */
export interface Place {
  readonly group: 'apps' | 'packages' | 'e2e' | 'tools' | 'root';
  /** Name of the package or app; the group's own name otherwise. */
  readonly name: string;
  /** Path within the room. */
  readonly path: string;
}

/** Finds the room of a path relative to the repository. */
export function placeOf(file: string): Place {
  const [group = '', name = '', ...rest] = file.split('/');
  if ((group === 'apps' || group === 'packages') && rest.length > 0) {
    return { group, name, path: rest.join('/') };
  }
  if (group === 'e2e' || group === 'tools') {
    return { group, name: group, path: file.slice(group.length + 1) };
  }
  return { group: 'root', name: 'root', path: file };
}

/** The room's name as it stands in messages. */
export function roomName({ group, name }: Place): string {
  return group === 'apps' || group === 'packages' ? `${group}/${name}` : name;
}

/**
 * Tests, the folders `testing` that only they use, and measurements: never part of what runs in
 * production.
 */
export function isTestPlace({ group, path }: Place): boolean {
  return (
    group === 'e2e' ||
    group === 'tools' ||
    /\.test\.tsx?$/.test(path) ||
    /(?:^|\/)(?:bench|soak|testing)\//.test(path)
  );
}

/**
 * What runs on the developer's machine alone: a package's vite.config.ts and the like, and its
 * folders `scripts` and `node` beside `src`.
 */
export function isBuildTool({ path }: Place): boolean {
  return /^(?:[^/]+\.config\.ts$|(?:scripts|node)\/)/.test(path);
}

/** What a room may take of another one although no arrow joins them. */
interface Exception {
  readonly from: string;
  readonly to: string;
  readonly path: string;
}

/** A formula without I/O: browsers rate what they receive by the measure the engine uses. */
const EXCEPTIONS: readonly Exception[] = [
  { from: 'apps/client', to: 'packages/media', path: 'src/e-model.ts' },
];

function isException(from: Place, to: Place): boolean {
  return EXCEPTIONS.some(
    (each) => each.from === roomName(from) && each.to === roomName(to) && each.path === to.path,
  );
}

const NODE_APPS: readonly string[] = ['media-node', 'standalone', 'cli'];

/** Whether a file may use `node:` modules and Node's globals. */
export function mayUseNode(place: Place): boolean {
  const { group, name, path } = place;
  return (
    isTestPlace(place) ||
    group === 'root' ||
    (group === 'apps' && NODE_APPS.includes(name)) ||
    (group === 'packages' && name === 'sip' && path.startsWith('src/transport/')) ||
    /(?:^|\/)node\//.test(path) ||
    isBuildTool(place)
  );
}

/**
 * Node's globals that a room may use all the same: sip, media and xmpp handle packets on servers
 * only, and Deno has `Buffer` as a global too.
 */
export function allowedGlobals({ group, name }: Place): readonly string[] {
  return group === 'packages' && ['sip', 'media', 'xmpp'].includes(name) ? ['Buffer'] : [];
}

export const NODE_RULE =
  'node: only in apps/media-node, apps/standalone, apps/cli, packages/sip/src/transport, folders named node or testing, tests and tools; everything else also runs on Deno, workerd or in browsers';

/** The rule that an import of one room by another breaks, or undefined if the arrow is allowed. */
export function brokenArrow(from: Place, to: Place): string | undefined {
  if (/(?:^|\/)testing\//.test(to.path) && !isTestPlace(from)) {
    return 'only tests import from folders named testing';
  }
  if (roomName(from) === roomName(to)) return undefined;
  if (from.group === 'root' || from.group === 'tools' || from.group === 'e2e') return undefined;
  if (to.group === 'e2e' || to.group === 'tools' || to.group === 'root') {
    return isTestPlace(from) ? undefined : 'only tests and measurements import e2e and tools';
  }
  if (to.group === 'apps') {
    return from.group === 'apps'
      ? 'apps do not import each other; they talk over the protocols in contracts'
      : 'arrows point from apps to packages, never back';
  }
  const rules = from.group === 'apps' ? APP_RULES : PACKAGE_RULES;
  const rule = rules[from.name];
  if (rule === undefined) {
    return `${roomName(from)} is not a room of the house; give it a rule in tools/checks/rooms.ts`;
  }
  if (isException(from, to)) return undefined;
  if (!rule.may.includes(to.name)) return rule.rule;
  if (from.group === 'packages' && from.name === 'media' && !/^src\/sdp(?:[/.-]|$)/.test(to.path)) {
    return 'media imports of sip its SDP alone (packages/sip/src/sdp…)';
  }
  return undefined;
}

/** The supervisor starts the other apps as processes of their own; that is no import. */
export function mayStart(from: Place, to: Place): boolean {
  const isMain = /^src\/(?:node\/)?(?:main|bootstrap)\.ts$/.test(to.path);
  return from.group === 'apps' && from.name === 'standalone' && to.group === 'apps' && isMain;
}

/** Whether a workspace package of this name exists in the house, and in which group. */
export function groupOf(name: string): 'apps' | 'packages' | 'e2e' | undefined {
  if (PACKAGES.includes(name)) return 'packages';
  if (name in APP_RULES) return 'apps';
  return name === 'e2e' ? 'e2e' : undefined;
}
