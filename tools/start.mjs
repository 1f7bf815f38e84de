/** `npm start`: everything installed and built, then the supervisor of all apps in this terminal. */

import { runForeground } from './bootstrap/children.mjs';
import { launch } from './bootstrap/failure.mjs';
import { bootstrap } from './bootstrap.mjs';

await launch(async () => {
  const { root, node, env } = await bootstrap({ web: true });
  return runForeground(node, ['apps/standalone/src/main.ts', ...process.argv.slice(2)], {
    cwd: root,
    env,
    watched: true,
  });
});
