import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

/**
 * Writes the list of files to keep for a start without network, and a version made of their
 * names and content, into the service worker `sw.js`, in place of `__SHELL__` and `__VERSION__`.
 */
export function workerPlugin(options: {
  keep: (file: string) => boolean;
  extra: string[];
}): Plugin {
  return {
    name: 'trunkline-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_output, bundle) {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('sw.js was not built');
      const hash = createHash('sha256');
      const files: string[] = [...options.extra];
      for (const [name, file] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (name === 'sw.js' || !options.keep(name)) continue;
        hash.update(name).update(file.type === 'chunk' ? file.code : file.source);
        files.push(`/${name}`);
      }
      const version = hash.update(worker.code).digest('hex').slice(0, 16);
      worker.code = worker.code
        .replace('"__SHELL__"', JSON.stringify(files))
        .replace(/`__SHELL__`|'__SHELL__'/, JSON.stringify(files))
        .replace('__VERSION__', version);
    },
  };
}
