import { TrunklineError } from '@trunkline/contracts/errors.ts';
import { bodyLimit } from 'hono/body-limit';
import type { Middleware } from './env.ts';

/** Largest body of a request, bytes. */
export const maxBodyBytes = 1024 * 1024;

/** Refuses larger bodies, with or without Content-Length. */
export const limitBody: Middleware = bodyLimit({
  maxSize: maxBodyBytes,
  onError: () => {
    throw new TrunklineError('payload_too_large');
  },
});
