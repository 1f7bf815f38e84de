import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { isId } from '@trunkline/contracts/ids.ts';
import { journalEntry, journalQuery, updateJournalEntry } from '@trunkline/contracts/journal.ts';
import { pageOf } from '@trunkline/contracts/pages.ts';
import { listJournal } from '@trunkline/services/journal/list-journal.ts';
import { updateJournalEntry as update } from '@trunkline/services/journal/update-journal-entry.ts';
import type { EdgeEnv } from '../http/context.ts';
import { commonProblems, notFoundProblem } from './problems.ts';
import type { VerbContext } from './verb-context.ts';

const listJournalRoute = createRoute({
  method: 'get',
  path: '/v1/journal',
  operationId: 'listJournal',
  summary: 'Own calls, newest first',
  request: { query: journalQuery },
  responses: {
    200: {
      description: 'A page of entries',
      content: { 'application/json': { schema: pageOf(journalEntry) } },
    },
    ...commonProblems,
  },
});

const updateEntryRoute = createRoute({
  method: 'patch',
  path: '/v1/journal/{entryId}',
  operationId: 'updateJournalEntry',
  summary: 'Change the note or the seen mark of an own entry',
  request: {
    params: z.object({ entryId: z.string().max(64) }),
    body: {
      required: true,
      content: { 'application/json': { schema: updateJournalEntry } },
    },
  },
  responses: {
    200: {
      description: 'The entry as it is now',
      content: { 'application/json': { schema: journalEntry } },
    },
    ...commonProblems,
    ...notFoundProblem,
  },
});

export function journalRoutes(app: OpenAPIHono<EdgeEnv>, verbContext: VerbContext): void {
  app.openapi(listJournalRoute, async (c) => {
    const ctx = verbContext(c.get('claims'), { logger: c.get('logger'), trace: c.get('trace') });
    return c.json(await listJournal(ctx, c.req.valid('query')), 200);
  });
  app.openapi(updateEntryRoute, async (c) => {
    const { entryId } = c.req.valid('param');
    // What is no id of ours cannot be told from one of somebody else.
    if (!isId('journalEntry', entryId)) throw new TrunklineError('not_found');
    const ctx = verbContext(c.get('claims'), { logger: c.get('logger'), trace: c.get('trace') });
    return c.json(await update(ctx, entryId, c.req.valid('json')), 200);
  });
}
