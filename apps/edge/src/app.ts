import { OpenAPIHono } from '@hono/zod-openapi';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { fieldErrors } from '@trunkline/contracts/parse.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import { withinDeadline } from '@trunkline/platform/deadline.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import { createRateLimiter } from '@trunkline/platform/rate-limit.ts';
import type { AccessTokenVerifier } from '@trunkline/platform/tokens.ts';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Gateway } from './gateway.ts';
import { authenticate } from './http/authenticate.ts';
import type { EdgeEnv } from './http/context.ts';
import { observe, problemOnError } from './http/observe.ts';
import type { Hub } from './hub/hub.ts';
import { callHandlingRoutes } from './routes/call-handling.ts';
import { demoRoutes } from './routes/demo.ts';
import { journalRoutes } from './routes/journal.ts';
import { meRoutes } from './routes/me.ts';
import { peopleRoutes } from './routes/people.ts';
import type { VerbContext } from './routes/verb-context.ts';
import type { WebApps } from './static/web-app.ts';

export interface EdgeAppOptions {
  verifyToken: AccessTokenVerifier;
  /** Makes what verbs of packages/services get. */
  verbContext: VerbContext;
  hub: Hub;
  gateway: Gateway;
  webApps: WebApps;
  /** True when users can be served: keys known, database answering. */
  ready: () => Promise<boolean>;
  /** Demo accounts to offer on loopback; left out, there are none. */
  demoAccounts?: () => Promise<unknown>;
  clock: Clock;
  logger: Logger;
}

/** Requests of one user to the client API: at once, and per second in the long run. */
const userRate = { capacity: 120, refillPerSecond: 40, maxKeys: 50_000 };
/** Longest time a request to the client API may take, milliseconds. */
const deadlineMs = 10_000;
/** Largest body the client API takes, bytes. */
const maxBodyBytes = 64 * 1024;

/** The edge's HTTP side: client API, gateway to the control plane, web apps, health. */
export function createEdgeApp(options: EdgeAppOptions): OpenAPIHono<EdgeEnv> {
  const { verifyToken, verbContext, hub, gateway, webApps, ready, clock, logger } = options;
  const app = new OpenAPIHono<EdgeEnv>({
    defaultHook: (result) => {
      if (!result.success)
        throw new TrunklineError('invalid_request', { errors: fieldErrors(result.error) });
    },
  });
  app.use(observe(logger, clock));
  app.onError(problemOnError);

  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) =>
    (await ready()) ? c.json({ status: 'ready' }) : c.json({ status: 'not ready' }, 503),
  );

  const smallBody = bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => {
      throw new TrunklineError('payload_too_large');
    },
  });
  const signedIn = authenticate(
    verifyToken,
    createRateLimiter({ ...userRate, clock }),
    hub.refusal,
  );
  const inTime: MiddlewareHandler<EdgeEnv> = (_c, next) => withinDeadline(deadlineMs, next);
  for (const path of ['/v1/me', '/v1/people', '/v1/journal']) {
    app.use(path, inTime);
    app.use(`${path}/*`, inTime);
    app.use(path, signedIn);
    app.use(`${path}/*`, signedIn);
    app.use(`${path}/*`, smallBody, async (c, next) => {
      await next();
      c.header('cache-control', 'no-store');
    });
  }
  meRoutes(app, verbContext, hub);
  callHandlingRoutes(app, verbContext, hub);
  peopleRoutes(app, verbContext);
  journalRoutes(app, verbContext);
  demoRoutes(app, options.demoAccounts);
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  app.doc31('/v1/client/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Trunkline client API', version: '1' },
    security: [{ bearer: [] }],
  });

  const forward = (request: Request, clientAddress: string, trace: EdgeEnv['Variables']['trace']) =>
    gateway(request, { clientAddress, trace });
  app.all('/v1/*', (c) => forward(c.req.raw, c.env.clientAddress, c.get('trace')));
  app.all('/.well-known/*', (c) => forward(c.req.raw, c.env.clientAddress, c.get('trace')));
  app.all('*', (c) => webApps(c.req.raw));
  return app;
}
