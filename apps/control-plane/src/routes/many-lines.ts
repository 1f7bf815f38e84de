import { createRoute, z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import { createLines as createSchema, lineImportResult } from '@trunkline/contracts/lines.ts';
import { createLines } from '@trunkline/services/lines/create-lines.ts';
import { exportLines, exportQuery } from '@trunkline/services/lines/export-lines.ts';
import { importLines } from '@trunkline/services/lines/import-lines.ts';
import { attach } from '../http/attachment.ts';
import { bodyOf } from '../http/verb-context.ts';
import { body, callers, csvBody, tenantCreateHeaders, tenantHeaders } from '../openapi/requests.ts';
import { acted, createProblems, file, readProblems } from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

const params = z.object({ lineGroupId: idSchema('lineGroup') });
const tags = ['Lines'];

/** Many lines at once: by list and range, from a CSV file and into one. */
export function manyLinesRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/lines/batch',
      operationId: 'createLines',
      summary: 'Create lines by list and range of user names; those that are there are skipped',
      tags,
      security: callers('lines:write'),
      middleware: [...guards.inTenant('lines:write'), guards.once(200)],
      request: { headers: tenantCreateHeaders, body: body(createSchema) },
      responses: { 200: acted('What became of each', lineImportResult), ...createProblems },
    }),
    async (c) => c.json(await createLines(verbs(c), await bodyOf(c)), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/line-groups/{lineGroupId}/lines/import',
      operationId: 'importLines',
      summary: 'Add the lines of a CSV file; nothing is changed or deleted',
      tags,
      security: callers('lines:write'),
      middleware: [...guards.inTenant('lines:write'), guards.once(200)],
      request: { params, headers: tenantCreateHeaders, body: csvBody },
      responses: { 200: acted('What became of each row', lineImportResult), ...createProblems },
    }),
    async (c) => {
      const { lineGroupId } = c.req.valid('param');
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      return c.json(await importLines(verbs(c), lineGroupId, bytes), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/line-groups/{lineGroupId}/lines/export',
      operationId: 'exportLines',
      summary: 'The lines of a group as a CSV file, without passwords',
      tags,
      security: callers('lines:read'),
      middleware: guards.inTenant('lines:read'),
      request: { params, headers: tenantHeaders, query: exportQuery },
      responses: { 200: file('The file', 'text/csv'), ...readProblems },
    }),
    async (c) => {
      const text = await exportLines(verbs(c), c.req.valid('param').lineGroupId, c.req.query());
      attach(c, 'lines.csv');
      c.header('content-type', 'text/csv; charset=utf-8');
      return c.body(text, 200);
    },
  );
}
