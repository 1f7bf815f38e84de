import { OpenAPIHono } from '@hono/zod-openapi';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { fieldErrors } from '@trunkline/contracts/parse.ts';
import { createAccessTokenVerifier } from '@trunkline/platform/tokens.ts';
import type { Platform } from '@trunkline/services/core/context.ts';
import { methodNotAllowed as checkMethod } from 'hono/method-not-allowed';
import { deadline } from './http/deadline.ts';
import type { ControlEnv } from './http/env.ts';
import { createGuards } from './http/guards.ts';
import { allowedOrigins } from './http/origins.ts';
import { methodNotAllowed, notFound, problemOnError } from './http/problems.ts';
import { defaultLimits, type RequestLimits } from './http/rate-limit.ts';
import { refreshCookie } from './http/refresh-cookie.ts';
import { logRequests } from './http/request-log.ts';
import { responseHeaders } from './http/response-headers.ts';
import { anonymousContext, verbContext } from './http/verb-context.ts';
import { apiDocument, registerSecurity } from './openapi/document.ts';
import { authRoutes } from './routes/auth.ts';
import { callHandlingRoutes } from './routes/call-handling.ts';
import { callRoutes } from './routes/calls.ts';
import { captureRoutes } from './routes/captures.ts';
import { type DocsAssets, docsRoutes } from './routes/docs.ts';
import { healthRoutes } from './routes/health.ts';
import { keySetRoute } from './routes/key-set.ts';
import { lineGroupRoutes } from './routes/line-groups.ts';
import { lineRoutes } from './routes/lines.ts';
import { locationRoutes } from './routes/locations.ts';
import { manyLinesRoutes } from './routes/many-lines.ts';
import { pbxTemplateRoutes } from './routes/pbx-templates.ts';
import { sipEventRoutes } from './routes/sip-events.ts';
import { tenantStateRoutes } from './routes/tenant-state.ts';
import { tenantRoutes } from './routes/tenants.ts';
import { userRoutes } from './routes/users.ts';

export interface ControlAppOptions {
  readonly platform: Platform;
  /** Where users reach us: issuer of tokens, origin of pages. */
  readonly publicUrl: string;
  readonly docs: DocsAssets;
  /** True when requests can be served: keys are there, the database answers. */
  readonly ready: () => Promise<boolean>;
  readonly limits?: RequestLimits;
  /** Longest time of one request, milliseconds. */
  readonly deadlineMs?: number;
}

export type ControlApp = OpenAPIHono<ControlEnv>;

/** The control plane's HTTP side: thin routes over the verbs of packages/services. */
export function createControlApp(options: ControlAppOptions): ControlApp {
  const { platform, publicUrl, docs, ready, deadlineMs = 20_000 } = options;
  const app: ControlApp = new OpenAPIHono<ControlEnv>({ defaultHook: refuse });
  app.use(logRequests(platform.log, platform.clock));
  app.use(responseHeaders(publicUrl));
  app.use(checkMethod({ app, onMethodNotAllowed: methodNotAllowed }));
  app.use(deadline(deadlineMs));
  app.onError(problemOnError);
  app.notFound(notFound);

  const guards = createGuards({
    platform,
    limits: options.limits ?? defaultLimits(platform.clock),
    verifyToken: createAccessTokenVerifier({
      issuer: platform.issuer,
      jwks: () => platform.signingKeys.publicKeys('token'),
      clock: platform.clock,
    }),
  });
  const routes = { app, guards, verbs: verbContext(platform) };
  registerSecurity(app);
  healthRoutes(routes, ready);
  authRoutes({
    ...routes,
    verbs: anonymousContext(platform),
    cookie: refreshCookie(publicUrl),
    origins: allowedOrigins(publicUrl),
  });
  keySetRoute(routes, platform.signingKeys);
  tenantRoutes(routes);
  tenantStateRoutes(routes);
  userRoutes(routes);
  locationRoutes(routes);
  lineGroupRoutes(routes);
  manyLinesRoutes(routes);
  lineRoutes(routes);
  sipEventRoutes(routes);
  pbxTemplateRoutes(routes);
  callHandlingRoutes(routes);
  callRoutes(routes);
  captureRoutes(routes);
  const document = apiDocument(app);
  docsRoutes(routes, () => document, docs);
  return app;
}

/** What the schemas at the door refuse. An id that is none names nothing: 404. */
function refuse(result: { target: string; success: boolean; error?: unknown }): void {
  if (result.success) return;
  if (result.target === 'param') throw new TrunklineError('not_found');
  throw new TrunklineError('invalid_request', { errors: fieldErrors(result.error as never) });
}
