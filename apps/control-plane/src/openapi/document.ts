import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ControlEnv } from '../http/env.ts';

/** An OpenAPI 3.1 document, as far as we look into it. */
export type ApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const description = `Tenants, users, locations, line groups, lines, calls, captures and alerts of Trunkline.

Errors are RFC 9457 problem documents with a stable \`code\`. Lists page by an opaque cursor.
Every POST outside sign-in takes an \`Idempotency-Key\`. Changes may carry \`If-Match\`.`;

export function registerSecurity(app: OpenAPIHono<ControlEnv>): void {
  const add = app.openAPIRegistry.registerComponent.bind(app.openAPIRegistry, 'securitySchemes');
  add('bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'Access token of a signed-in user.',
  });
  add('apiKey', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'tlk_<prefix>_<secret>',
    description: 'API key of a partner or a tenant.',
  });
  add('refreshCookie', {
    type: 'apiKey',
    in: 'cookie',
    name: 'tl_refresh',
    description: 'Set at sign-in; HttpOnly.',
  });
}

/** The document of all registered routes. */
export function apiDocument(app: OpenAPIHono<ControlEnv>): ApiDocument {
  return app.getOpenAPI31Document(
    {
      openapi: '3.1.0',
      info: { title: 'Trunkline API', version: '1', description },
      servers: [{ url: '/' }],
    },
    { sortComponents: 'alphabetically' },
  );
}
