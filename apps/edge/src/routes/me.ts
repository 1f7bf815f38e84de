import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { me } from '@trunkline/contracts/people.ts';
import { ownPresence } from '@trunkline/contracts/presence.ts';
import { getMe } from '@trunkline/services/me/get-me.ts';
import type { EdgeEnv } from '../http/context.ts';
import type { Hub } from '../hub/hub.ts';
import { commonProblems } from './problems.ts';
import type { VerbContext } from './verb-context.ts';

const getMeRoute = createRoute({
  method: 'get',
  path: '/v1/me',
  operationId: 'getMe',
  summary: 'The signed-in user',
  responses: {
    200: { description: 'The user', content: { 'application/json': { schema: me } } },
    ...commonProblems,
  },
});

const getOwnPresenceRoute = createRoute({
  method: 'get',
  path: '/v1/me/presence',
  operationId: 'getOwnPresence',
  summary: 'The own presence and why it is so',
  responses: {
    200: {
      description: 'Presence and facts',
      content: { 'application/json': { schema: ownPresence } },
    },
    ...commonProblems,
  },
});

export function meRoutes(app: OpenAPIHono<EdgeEnv>, verbContext: VerbContext, hub: Hub): void {
  app.openapi(getMeRoute, async (c) => {
    const ctx = verbContext(c.get('claims'), { logger: c.get('logger'), trace: c.get('trace') });
    return c.json(await getMe(ctx), 200);
  });
  app.openapi(getOwnPresenceRoute, (c) => {
    const { tid, sub } = c.get('claims');
    const { view, facts } = hub.explain({ tenant: tid, userId: sub });
    return c.json(
      {
        presence: view,
        facts: facts.map(({ fact, role }) => ({
          source: fact.source,
          state: fact.source === 'session' ? null : fact.state,
          since: fact.since,
          expiresAt: fact.expiresAt,
          role,
        })),
      },
      200,
    );
  });
}
