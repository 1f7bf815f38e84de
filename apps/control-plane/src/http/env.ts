import type { Id, TenantId } from '@trunkline/contracts/ids.ts';
import type { Language } from '@trunkline/contracts/time.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { TraceContext } from '@trunkline/platform/telemetry.ts';
import type { IdempotentReply, Principal } from '@trunkline/services/core/context.ts';
import type { Context, MiddlewareHandler } from 'hono';

/** What an adapter knows of a request beyond the request itself. */
export interface ControlBindings {
  /** Address of the client as the edge or the socket tells it. */
  readonly clientAddress: string;
}

/** Hono's environment of every route of the control plane. */
export interface ControlEnv {
  Bindings: ControlBindings;
  Variables: {
    requestId: Id<'request'>;
    trace: TraceContext;
    log: Logger;
    language: Language;
    /** Behind `knowCaller`. */
    principal?: Principal;
    /** Behind `enter`. */
    tenantId?: TenantId;
    /** Behind `idempotent`, on POST. */
    idempotency?: IdempotentReply;
  };
}

export type Middleware = MiddlewareHandler<ControlEnv>;
export type RequestContext = Context<ControlEnv>;
