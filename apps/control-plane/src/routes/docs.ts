import { html } from 'hono/html';
import type { ApiDocument } from '../openapi/document.ts';
import type { Routes } from './routes.ts';

/** Files of the reference page; where they come from is the runtime's business. */
export interface DocsAssets {
  /** The reference's own script. */
  script(): Promise<{ body: Uint8Array<ArrayBuffer>; gzip: Uint8Array<ArrayBuffer> }>;
}

/**
 * Only our own files run and nothing else is asked. The reference makes its styles at run time,
 * hence the inline ones.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Trunkline API</title>
  </head>
  <body>
    <div id="reference"></div>
    <noscript>This page needs JavaScript. The document: <a href="/v1/openapi.json">/v1/openapi.json</a></noscript>
    <script src="/v1/docs/reference.js"></script>
    <script src="/v1/docs/start.js"></script>
  </body>
</html>`;

/** Nothing is fetched from elsewhere: no fonts, no proxy, no telemetry. */
const start = `Scalar.createApiReference('#reference', ${JSON.stringify({
  url: '/v1/openapi.json',
  proxyUrl: '',
  telemetry: false,
  withDefaultFonts: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
})});\n`;

const cached = 'public, max-age=3600';

/** The API's description and its reference page, which works without any other host. */
export function docsRoutes(
  { app, guards }: Pick<Routes, 'app' | 'guards'>,
  document: () => ApiDocument,
  assets: DocsAssets,
): void {
  for (const path of ['/v1/openapi.json', '/v1/docs', '/v1/docs/*'])
    app.use(path, ...guards.anybody);
  app.get('/v1/openapi.json', (c) => {
    c.header('cache-control', 'public, max-age=60');
    return c.json(document());
  });
  app.get('/v1/docs', async (c) => {
    c.header('content-security-policy', policy);
    c.header('cache-control', 'no-cache');
    return c.html(await page);
  });
  app.get('/v1/docs/start.js', (c) => {
    c.header('content-type', 'text/javascript; charset=utf-8');
    c.header('cache-control', cached);
    return c.body(start);
  });
  app.get('/v1/docs/reference.js', async (c) => {
    const { body, gzip } = await assets.script();
    c.header('content-type', 'text/javascript; charset=utf-8');
    c.header('cache-control', cached);
    c.header('vary', 'Accept-Encoding', { append: true });
    if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(body);
    c.header('content-encoding', 'gzip');
    return c.body(gzip);
  });
}
