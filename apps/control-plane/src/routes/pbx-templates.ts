import { createRoute } from '@hono/zod-openapi';
import { pageOf } from '@trunkline/contracts/pages.ts';
import { pbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { listPbxTemplates } from '@trunkline/services/line-groups/list-pbx-templates.ts';
import { callers } from '../openapi/requests.ts';
import { json, readProblems } from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

export function pbxTemplateRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/pbx-templates',
      operationId: 'listPbxTemplates',
      summary: 'Known telephone systems a line group can be made from, all on one page',
      tags: ['Line groups'],
      security: callers('lines:read'),
      middleware: guards.caller('lines:read'),
      responses: { 200: json('All templates', pageOf(pbxTemplate)), ...readProblems },
    }),
    (c) => c.json(listPbxTemplates(verbs(c)), 200),
  );
}
