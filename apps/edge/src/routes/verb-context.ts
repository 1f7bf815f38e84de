import type { AccessClaims } from '@trunkline/contracts/auth.ts';
import { scopesOf } from '@trunkline/contracts/auth.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import type { Database } from '@trunkline/database/connect.ts';
import type { Clock } from '@trunkline/platform/clock.ts';
import type { Logger } from '@trunkline/platform/log.ts';
import type { TraceContext } from '@trunkline/platform/telemetry.ts';
import type { Context } from '@trunkline/services/core/context.ts';

/** Makes the context of a verb from a verified token: the tenant comes from nowhere else. */
export type VerbContext = (
  claims: AccessClaims,
  request: { logger: Logger; trace?: TraceContext },
) => Context;

export function createVerbContext(options: {
  db: { readonly app: Database; readonly router: Database };
  clock: Clock;
}): VerbContext {
  const { db, clock } = options;
  return (claims, { logger, trace }) => ({
    principal: {
      kind: 'user',
      userId: claims.sub,
      tenantId: claims.tid,
      deviceId: claims.did,
      sessionId: claims.sid,
      scopes: new Set(scopesOf(claims)),
    },
    tenantId: claims.tid,
    language: claims.lang,
    db,
    clock,
    log: logger.child({ tenant: claims.tid, user: claims.sub }),
    requestId: newId('request'),
    ...(trace && { trace }),
  });
}
