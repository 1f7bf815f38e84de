import { z } from 'zod';

const jwk = z.record(z.string(), z.unknown());

/** The identity file of an edge or a media node; readable by its process only. */
export const nodeIdentity = z.object({
  /** `mno_…` for a media node, a name for an edge. */
  id: z.string().min(1).max(80),
  role: z.enum(['node', 'edge']),
  /** ES256 key that signs link assertions. */
  signing: z.object({ privateJwk: jwk, publicJwk: jwk }),
  /** ECDH-ES key for trunk secrets; media nodes only. */
  encryption: z.object({ privateJwk: jwk, publicJwk: jwk }).optional(),
  /** Pinned keys that sign configuration documents. */
  configKeys: z.object({ keys: z.array(jwk) }).optional(),
});
export type NodeIdentity = z.infer<typeof nodeIdentity>;
