/** `npm run <verb>`: everything installed, quietly when nothing changed, then the verb's program. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runForeground } from './bootstrap/children.mjs';
import { LauncherFailure, launch } from './bootstrap/failure.mjs';
import { bootstrap } from './bootstrap.mjs';

/** Verbs that are one program. @type {Record<string, string[]>} */
const PROGRAMS = {
  check: ['tools/checks/run.ts'],
  format: ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', '.'],
  trace: ['tools/trace.ts'],
  trunkline: ['apps/cli/src/main.ts'],
};

/** Verbs that run every script of a folder name, one after the other. */
const SERIES = ['bench', 'soak'];

/**
 * The scripts `<group>/<package>/<folder>/*.ts` in order of path.
 * @param {string} root
 * @param {string} folder
 */
function scriptsIn(root, folder) {
  return ['apps', 'packages', 'e2e', 'tools']
    .filter((group) => existsSync(join(root, group)))
    .flatMap((group) =>
      readdirSync(join(root, group), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && existsSync(join(root, group, entry.name, folder)))
        .flatMap((entry) =>
          readdirSync(join(root, group, entry.name, folder))
            .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
            .map((name) => `${group}/${entry.name}/${folder}/${name}`),
        ),
    )
    .sort();
}

await launch(async () => {
  const [verb = '', ...args] = process.argv.slice(2);
  const program = PROGRAMS[verb];
  if (program === undefined && !SERIES.includes(verb)) {
    throw new LauncherFailure(
      `Unknown verb "${verb}". Known: ${[...Object.keys(PROGRAMS), ...SERIES].join(', ')}.`,
      2,
    );
  }
  const { root, node, env, progress } = await bootstrap({
    web: SERIES.includes(verb),
    out: process.stderr,
  });
  if (program !== undefined) return runForeground(node, [...program, ...args], { cwd: root, env });

  const scripts = scriptsIn(root, verb).filter(
    (path) => args.length === 0 || args.some((filter) => path.includes(filter)),
  );
  if (scripts.length === 0) throw new LauncherFailure(`There is no ${verb} script that matches.`);
  let worst = 0;
  for (const script of scripts) {
    progress.line(`\n── ${script}`);
    worst = Math.max(worst, await runForeground(node, [script], { cwd: root, env }));
  }
  return worst;
});
