import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { pagePlugin } from '../../packages/ui/node/page-plugin.ts';

const backend = `http://127.0.0.1:${process.env.TRUNKLINE_PORT ?? '8080'}`;

export default defineConfig({
  base: '/portal/',
  plugins: [react(), pagePlugin()],
  server: { proxy: { '/v1': { target: backend, ws: true } } },
  build: { target: 'es2022', manifest: true, modulePreload: { polyfill: false } },
});
