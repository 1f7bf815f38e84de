import { createRoute, z } from '@hono/zod-openapi';
import { idSchema } from '@trunkline/contracts/ids.ts';
import { readSipEvents, watchLine } from '@trunkline/services/lines/sip-events.ts';
import { LiveViews } from '../http/live-views.ts';
import { callers, tenantHeaders } from '../openapi/requests.ts';
import { readProblems } from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

/** SIP messages of a line, live (LIN-021). */
export function sipEventRoutes({ app, guards, verbs }: Routes): void {
  const views = new LiveViews();
  app.openapi(
    createRoute({
      method: 'get',
      path: '/v1/lines/{lineId}/sip-events',
      operationId: 'watchLineSip',
      summary: 'SIP messages of the line as server-sent events; ends after 10 minutes',
      description:
        'Each event is a `LineSipEvent` as JSON; the last one is named `end`. Credentials and ' +
        'digits of numbers are masked, private calls left out. Opening the view is audited.',
      tags: ['Lines'],
      security: callers('calls:read'),
      middleware: guards.inTenant('calls:read'),
      request: { params: z.object({ lineId: idSchema('line') }), headers: tenantHeaders },
      responses: {
        200: {
          description: 'The messages as they come',
          content: { 'text/event-stream': { schema: z.string() } },
        },
        ...readProblems,
      },
    }),
    async (c) => {
      const ctx = verbs(c);
      let watch = await watchLine(ctx, c.req.valid('param').lineId);
      const stream = views.open(ctx.tenantId ?? '', async () => {
        if (ctx.clock.now() >= watch.until) return null;
        const read = await readSipEvents(ctx, watch);
        watch = read.watch;
        return read.events;
      });
      c.header('content-type', 'text/event-stream; charset=utf-8');
      c.header('cache-control', 'no-store');
      return c.body(stream, 200) as never;
    },
  );
}
