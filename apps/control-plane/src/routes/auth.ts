import { createRoute, z } from '@hono/zod-openapi';
import { signedIn, signIn as signInSchema } from '@trunkline/contracts/auth.ts';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { refreshSession } from '@trunkline/services/auth/refresh-session.ts';
import { signIn } from '@trunkline/services/auth/sign-in.ts';
import { signOut } from '@trunkline/services/auth/sign-out.ts';
import { type allowedOrigins, sameOrigin } from '../http/origins.ts';
import type { RefreshCookie } from '../http/refresh-cookie.ts';
import { bodyOf } from '../http/verb-context.ts';
import { body } from '../openapi/requests.ts';
import { json, signInProblems } from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

const tags = ['Sign-in'];
/** Refresh and sign-out say all they have to say by their cookie. */
const nothing = { required: false, content: { 'application/json': { schema: z.object({}) } } };
const cookieSecurity = [{ refreshCookie: [] }];

export interface AuthRoutes extends Routes {
  readonly cookie: RefreshCookie;
  readonly origins: ReturnType<typeof allowedOrigins>;
}

/** Sign-in, renewal and sign-out. The refresh token never stands in a body, a URL or a log. */
export function authRoutes({ app, guards, verbs, cookie, origins }: AuthRoutes): void {
  const middleware = [...guards.anybody, sameOrigin(origins)];
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/auth/sign-in',
      operationId: 'signIn',
      summary: 'Sign in with the UC password',
      tags,
      security: [],
      middleware,
      request: { body: body(signInSchema) },
      responses: { 200: json('An access token; a refresh cookie', signedIn), ...signInProblems },
    }),
    async (c) => {
      const result = await signIn(verbs(c), await bodyOf(c), c.env.clientAddress);
      cookie.write(c, result.refreshToken);
      return c.json(result.signedIn, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/auth/refresh',
      operationId: 'refreshSession',
      summary: 'A new access token for the refresh cookie, which is replaced',
      tags,
      security: cookieSecurity,
      middleware,
      request: { body: nothing },
      responses: { 200: json('A new access token', signedIn), ...signInProblems },
    }),
    async (c) => {
      const token = cookie.read(c);
      if (token === undefined) throw new TrunklineError('unauthenticated');
      const result = await refreshSession(verbs(c), token);
      if (result.refreshToken !== null) cookie.write(c, result.refreshToken);
      return c.json(result.signedIn, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/auth/sign-out',
      operationId: 'signOut',
      summary: 'End the session of the refresh cookie',
      tags,
      security: cookieSecurity,
      middleware,
      request: { body: nothing },
      responses: { 204: { description: 'Signed out' }, ...signInProblems },
    }),
    async (c) => {
      const token = cookie.read(c);
      if (token !== undefined) await signOut(verbs(c), token);
      cookie.remove(c);
      return c.body(null, 204);
    },
  );
}
