import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pagePlugin } from '../../packages/ui/node/page-plugin.ts';
import { workerPlugin } from '../../packages/ui/node/worker-plugin.ts';

const backend = `http://127.0.0.1:${process.env.TRUNKLINE_PORT ?? '8080'}`;

export default defineConfig({
  plugins: [
    react(),
    pagePlugin(),
    workerPlugin({
      keep: (file) => /^(?:assets\/.*\.(?:js|css)|boot\.js)$/.test(file),
      extra: ['/', '/icon.svg', '/manifest.webmanifest'],
    }),
  ],
  server: { proxy: { '/v1': { target: backend, ws: true }, '/portal': backend } },
  build: {
    target: 'es2022',
    manifest: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: 'index.html', sw: 'src/pwa/sw.ts' },
      output: {
        entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
