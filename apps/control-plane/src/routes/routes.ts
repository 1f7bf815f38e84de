import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ControlEnv } from '../http/env.ts';
import type { Guards } from '../http/guards.ts';
import type { VerbContext } from '../http/verb-context.ts';

/** What a file of routes needs to register them. */
export interface Routes {
  readonly app: OpenAPIHono<ControlEnv>;
  readonly guards: Guards;
  readonly verbs: VerbContext;
}
