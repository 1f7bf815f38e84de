import { createRoute, type z } from '@hono/zod-openapi';
import { pageOf } from '@trunkline/contracts/pages.ts';
import type { Scope } from '@trunkline/contracts/scopes.ts';
import type { Guards } from '../http/guards.ts';
import {
  body,
  callers,
  tenantChangeHeaders,
  tenantCreateHeaders,
  tenantHeaders,
} from '../openapi/requests.ts';
import {
  changeProblems,
  created,
  createProblems,
  deleteProblems,
  json,
  readProblems,
  resource,
} from '../openapi/responses.ts';

/** A kind of thing a tenant has many of: listed, created, read, changed and deleted alike. */
interface ResourceOptions<
  List extends string,
  Item extends string,
  Name extends string,
  Names extends string,
  Out extends z.ZodType,
  Create extends z.ZodType,
  Update extends z.ZodType,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
> {
  /** Path of the list: `/v1/locations`. */
  readonly list: List;
  /** Path of one: `/v1/locations/{locationId}`. */
  readonly item: Item;
  readonly params: Params;
  /** Of the list: a page of it, and what may be looked for. */
  readonly query: Query;
  /** As in operation ids: `Location`, `Locations`. */
  readonly name: Name;
  readonly names: Names;
  readonly tags: string[];
  readonly read: Scope;
  readonly write: Scope;
  readonly schema: Out;
  readonly create: Create;
  readonly update: Update;
  readonly summaries: Readonly<Record<'list' | 'create' | 'get' | 'update' | 'delete', string>>;
}

/** The five routes of a resource, for handlers to be given. */
export function resourceRoutes<
  const List extends string,
  const Item extends string,
  const Name extends string,
  const Names extends string,
  Out extends z.ZodType,
  Create extends z.ZodType,
  Update extends z.ZodType,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
>(
  guards: Guards,
  of: ResourceOptions<List, Item, Name, Names, Out, Create, Update, Params, Query>,
) {
  const { params, tags, schema, summaries } = of;
  const read = { tags, security: callers(of.read), middleware: guards.inTenant(of.read) };
  const write = { tags, security: callers(of.write), middleware: guards.inTenant(of.write) };
  const asItIs = 'As it is now';
  return {
    list: createRoute({
      method: 'get',
      path: of.list,
      operationId: `list${of.names}`,
      summary: summaries.list,
      ...read,
      request: { headers: tenantHeaders, query: of.query },
      responses: { 200: json('A page', pageOf(schema)), ...readProblems },
    }),
    create: createRoute({
      method: 'post',
      path: of.list,
      operationId: `create${of.name}`,
      summary: summaries.create,
      ...write,
      middleware: [...write.middleware, guards.once(201)],
      request: { headers: tenantCreateHeaders, body: body(of.create) },
      responses: { 201: created('What was created', schema), ...createProblems },
    }),
    get: createRoute({
      method: 'get',
      path: of.item,
      operationId: `get${of.name}`,
      summary: summaries.get,
      ...read,
      request: { params, headers: tenantHeaders },
      responses: { 200: resource(asItIs, schema), ...readProblems },
    }),
    update: createRoute({
      method: 'patch',
      path: of.item,
      operationId: `update${of.name}`,
      summary: summaries.update,
      ...write,
      request: { params, headers: tenantChangeHeaders, body: body(of.update) },
      responses: { 200: resource(asItIs, schema), ...changeProblems },
    }),
    delete: createRoute({
      method: 'delete',
      path: of.item,
      operationId: `delete${of.name}`,
      summary: summaries.delete,
      ...write,
      request: { params, headers: tenantChangeHeaders },
      responses: { 204: { description: 'Deleted' }, ...deleteProblems },
    }),
  };
}
