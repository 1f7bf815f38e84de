import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { pageOf, pageQuery } from '@trunkline/contracts/pages.ts';
import { person } from '@trunkline/contracts/people.ts';
import { listPeople } from '@trunkline/services/people/list-people.ts';
import type { EdgeEnv } from '../http/context.ts';
import { commonProblems } from './problems.ts';
import type { VerbContext } from './verb-context.ts';

const listPeopleRoute = createRoute({
  method: 'get',
  path: '/v1/people',
  operationId: 'listPeople',
  summary: 'Colleagues by name',
  request: { query: pageQuery },
  responses: {
    200: {
      description: 'A page of people',
      content: { 'application/json': { schema: pageOf(person) } },
    },
    ...commonProblems,
  },
});

export function peopleRoutes(app: OpenAPIHono<EdgeEnv>, verbContext: VerbContext): void {
  app.openapi(listPeopleRoute, async (c) => {
    const ctx = verbContext(c.get('claims'), { logger: c.get('logger'), trace: c.get('trace') });
    return c.json(await listPeople(ctx, c.req.valid('query')), 200);
  });
}
