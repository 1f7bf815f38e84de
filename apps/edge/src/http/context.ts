import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { TraceContext } from '@trunkline/platform/telemetry.ts';

/** What an adapter knows of a request beyond the request itself. */
export interface EdgeBindings {
  /** Address of the client, behind trusted proxies. */
  clientAddress: string;
}

/** Hono's environment of every edge route. */
export interface EdgeEnv {
  Bindings: EdgeBindings;
  Variables: {
    trace: TraceContext;
    logger: Logger;
    /** Behind `authenticate` only. */
    claims: AccessClaims;
  };
}
