import { createRoute, z } from '@hono/zod-openapi';
import type { SigningKeys } from '@trunkline/services/keys/signing-keys.ts';
import { json, readProblems } from '../openapi/responses.ts';
import type { Routes } from './routes.ts';

/** What a key shows of itself; a private part cannot slip through. */
const publicKey = z.object({
  kid: z.string(),
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
});
const keySet = z
  .object({ keys: z.array(publicKey) })
  .meta({ id: 'JsonWebKeySet', description: 'RFC 7517 §5' });

/** The public keys that verify access tokens. */
export function keySetRoute({ app, guards }: Routes, signingKeys: SigningKeys): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/.well-known/jwks.json',
      operationId: 'getKeySet',
      summary: 'Public keys that verify access tokens',
      tags: ['Sign-in'],
      security: [],
      middleware: guards.anybody,
      responses: {
        200: json('The key set', keySet),
        429: readProblems[429],
        500: readProblems[500],
        503: readProblems[503],
      },
    }),
    async (c) => {
      const keys = keySet.parse(await signingKeys.publicKeys('token'));
      c.header('cache-control', 'public, max-age=60');
      return c.json(keys, 200);
    },
  );
}
