import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

const source = new URL('../src/theme/boot.js', import.meta.url);

/**
 * Puts `boot.js` before everything else of a page: the chosen look and language stand before the
 * first paint. A file and not an inline script, because the pages' policy forbids those.
 */
export function pagePlugin(): Plugin {
  let base = '/';
  return {
    name: 'trunkline-page',
    configResolved(config) {
      base = config.base;
    },
    configureServer(server) {
      server.middlewares.use(`${base}boot.js`, (_request, response, next) => {
        readFile(source, 'utf8').then((text) => {
          response.setHeader('content-type', 'text/javascript');
          response.end(text);
        }, next);
      });
    },
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'boot.js', source: await readFile(source, 'utf8') });
    },
    transformIndexHtml: () => [
      { tag: 'script', attrs: { src: `${base}boot.js` }, injectTo: 'head-prepend' },
    ],
  };
}
