import type { OpenAPIHono } from '@hono/zod-openapi';
import { TrunklineError } from '@trunkline/contracts/errors.ts';
import type { EdgeEnv } from '../http/context.ts';

/** Addresses of the machine itself (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
function isLoopback(address: string): boolean {
  return address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address);
}

/**
 * The demo accounts, for the sign-in page of whoever sits at the machine itself. To everybody else
 * the path does not exist.
 */
export function demoRoutes(
  app: OpenAPIHono<EdgeEnv>,
  readAccounts: (() => Promise<unknown>) | undefined,
): void {
  app.get('/v1/demo', async (c) => {
    if (!readAccounts || !isLoopback(c.env.clientAddress)) throw new TrunklineError('not_found');
    return c.json((await readAccounts()) as Record<string, unknown>, 200, {
      'cache-control': 'no-store',
    });
  });
}
