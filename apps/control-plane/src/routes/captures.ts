import { createRoute, z } from '@hono/zod-openapi';
import {
  capture,
  captureQuery,
  startCapture as startSchema,
} from '@trunkline/contracts/captures.ts';
import { idSchema } from '@trunkline/contracts/ids.ts';
import { pageOf, pageQuery } from '@trunkline/contracts/pages.ts';
import { downloadCapture } from '@trunkline/services/captures/download-capture.ts';
import { deleteCapture, stopCapture } from '@trunkline/services/captures/end-capture.ts';
import {
  getCapture,
  listAllCaptures,
  listCaptures,
} from '@trunkline/services/captures/read-captures.ts';
import { startCapture } from '@trunkline/services/captures/start-capture.ts';
import { captureFile, captureFileName } from '../files/capture-file.ts';
import { attach } from '../http/attachment.ts';
import { bodyOf } from '../http/verb-context.ts';
import { body, callers, tenantCreateHeaders, tenantHeaders } from '../openapi/requests.ts';
import {
  acted,
  createProblems,
  deleteProblems,
  file,
  json,
  readProblems,
} from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

const ofGroup = z.object({ lineGroupId: idSchema('lineGroup') });
const one = z.object({ captureId: idSchema('capture') });
const tags = ['Captures'];
const fileType = 'application/vnd.tcpdump.pcap';

/** Recordings of a line group's SIP messages for Wireshark (LIN-097 … LIN-100). */
export function captureRoutes({ app, guards, verbs }: Routes): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/line-groups/{lineGroupId}/captures',
      operationId: 'listCaptures',
      summary: 'Captures of a line group, newest first',
      tags,
      security: callers('calls:read'),
      middleware: guards.inTenant('calls:read'),
      request: { params: ofGroup, headers: tenantHeaders, query: pageQuery },
      responses: { 200: json('A page', pageOf(capture)), ...readProblems },
    }),
    async (c) => {
      const { lineGroupId } = c.req.valid('param');
      return c.json(await listCaptures(verbs(c), lineGroupId, c.req.query()), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/line-groups/{lineGroupId}/captures',
      operationId: 'startCapture',
      summary: 'Record the SIP messages of a line group for a time',
      tags,
      security: callers('calls:write'),
      middleware: [...guards.inTenant('calls:write'), guards.once(201)],
      request: { params: ofGroup, headers: tenantCreateHeaders, body: body(startSchema) },
      responses: { 201: acted('What was started', capture), ...createProblems },
    }),
    async (c) => {
      const { lineGroupId } = c.req.valid('param');
      return c.json(await startCapture(verbs(c), lineGroupId, await bodyOf(c)), 201);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/captures',
      operationId: 'listAllCaptures',
      summary: 'Captures of all line groups, newest first',
      tags,
      security: callers('calls:read'),
      middleware: guards.inTenant('calls:read'),
      request: { headers: tenantHeaders, query: captureQuery },
      responses: { 200: json('A page', pageOf(capture)), ...readProblems },
    }),
    async (c) => c.json(await listAllCaptures(verbs(c), c.req.query()), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/captures/{captureId}',
      operationId: 'getCapture',
      summary: 'One capture',
      tags,
      security: callers('calls:read'),
      middleware: guards.inTenant('calls:read'),
      request: { params: one, headers: tenantHeaders },
      responses: { 200: json('As it is now', capture), ...readProblems },
    }),
    async (c) => c.json(await getCapture(verbs(c), c.req.valid('param').captureId), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/v1/captures/{captureId}/stop',
      operationId: 'stopCapture',
      summary: 'Stop a capture before its time',
      tags,
      security: callers('calls:write'),
      middleware: [...guards.inTenant('calls:write'), guards.once(200)],
      request: { params: one, headers: tenantCreateHeaders },
      responses: { 200: acted('The capture', capture), ...createProblems },
    }),
    async (c) => c.json(await stopCapture(verbs(c), c.req.valid('param').captureId), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/captures/{captureId}/download',
      operationId: 'downloadCapture',
      summary: 'A capture as a pcapng file, credentials masked; noted in the audit',
      tags,
      security: callers('calls:read'),
      middleware: guards.inTenant('calls:read'),
      request: { params: one, headers: tenantHeaders },
      responses: { 200: file('The file', fileType), ...readProblems },
    }),
    async (c) => {
      const content = await downloadCapture(verbs(c), c.req.valid('param').captureId);
      attach(c, captureFileName(content.startedAt));
      c.header('content-type', fileType);
      return c.body(captureFile(content), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/v1/captures/{captureId}',
      operationId: 'deleteCapture',
      summary: 'Delete a capture',
      tags,
      security: callers('calls:write'),
      middleware: guards.inTenant('calls:write'),
      request: { params: one, headers: tenantHeaders },
      responses: { 204: { description: 'Deleted' }, ...deleteProblems },
    }),
    async (c) => {
      await deleteCapture(verbs(c), c.req.valid('param').captureId);
      return c.body(null, 204);
    },
  );
}
