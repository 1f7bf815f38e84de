import { etagOf } from '@trunkline/services/core/versions.ts';
import type { RequestContext } from './env.ts';

/** `If-Match` of the request, if any. */
export const ifMatchOf = (c: RequestContext): string | undefined => c.req.header('if-match');

/** Entity tag of a resource, if it has a version. */
export function etagOfBody(body: unknown): string | undefined {
  const version = (body as { version?: unknown } | null)?.version;
  return typeof version === 'number' ? etagOf(version) : undefined;
}

/** Address of what a POST to its list made. */
export function locationOf(c: RequestContext, body: unknown): string | undefined {
  const id = (body as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? `${c.req.path}/${id}` : undefined;
}

/** Names the version of the resource that is answered. */
export function tagVersion<T extends { version: number }>(c: RequestContext, resource: T): T {
  c.header('etag', etagOf(resource.version));
  return resource;
}

/** Names version and address of the resource a POST to its list made. */
export function tagCreated<T extends { id: string; version: number }>(
  c: RequestContext,
  resource: T,
): T {
  c.header('location', locationOf(c, resource));
  return tagVersion(c, resource);
}
