/** JSON as a document is made of. */
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const methods = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

/**
 * What in `after` breaks somebody who was written against `before`: a path, method, success status,
 * response field or accepted value that is gone; a type that changed; new required input.
 * @returns one sentence each; empty when every old client still works
 */
export function breakingChanges(before: JsonObject, after: JsonObject): string[] {
  const found: string[] = [];
  const old = new Reader(before);
  const now = new Reader(after);
  for (const [path, item] of Object.entries(object(before.paths))) {
    const next = object(after.paths)[path];
    if (next === undefined) {
      found.push(`${path} is gone`);
      continue;
    }
    for (const method of methods) {
      const operation = object(item)[method];
      if (operation === undefined) continue;
      const name = `${method.toUpperCase()} ${path}`;
      const then = object(next)[method];
      if (then === undefined) found.push(`${name} is gone`);
      else compareOperation(name, object(operation), object(then), { old, now, found });
    }
  }
  return found;
}

interface Comparison {
  readonly old: Reader;
  readonly now: Reader;
  readonly found: string[];
}

/** Looks behind references of one document. */
class Reader {
  readonly #document: JsonObject;

  constructor(document: JsonObject) {
    this.#document = document;
  }

  schema(value: Json | undefined): JsonObject {
    const here = object(value);
    const reference = here.$ref;
    if (typeof reference !== 'string') return here;
    let at: Json | undefined = this.#document;
    for (const part of reference.replace(/^#\//, '').split('/')) at = object(at)[part];
    return object(at);
  }
}

const object = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
const list = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

function compareOperation(
  name: string,
  before: JsonObject,
  after: JsonObject,
  comparison: Comparison,
): void {
  compareParameters(name, before, after, comparison);
  const [oldBody, newBody] = [object(before.requestBody), object(after.requestBody)];
  if (newBody.required === true && oldBody.required !== true)
    comparison.found.push(`${name} requires a body now`);
  for (const [type, media] of Object.entries(object(oldBody.content))) {
    const next = object(newBody.content)[type];
    if (next === undefined) comparison.found.push(`${name} takes no ${type} any more`);
    else
      compareInput(
        `${name} body`,
        object(media).schema,
        object(next).schema,
        comparison,
        new Set(),
      );
  }
  for (const [status, response] of Object.entries(object(before.responses))) {
    const next = object(after.responses)[status];
    if (next === undefined) {
      comparison.found.push(`${name} answers no ${status} any more`);
      continue;
    }
    for (const [type, media] of Object.entries(object(object(response).content))) {
      const then = object(object(next).content)[type];
      const where = `${name} ${status}`;
      if (then === undefined) comparison.found.push(`${where} is no ${type} any more`);
      else compareOutput(where, object(media).schema, object(then).schema, comparison, new Set());
    }
  }
}

function compareParameters(
  name: string,
  before: JsonObject,
  after: JsonObject,
  comparison: Comparison,
): void {
  const keyOf = (parameter: JsonObject) => `${parameter.in} ${parameter.name}`.toLowerCase();
  const known = new Map(
    list(before.parameters).map((one) => [keyOf(object(one)), object(one)] as const),
  );
  const given = new Map(
    list(after.parameters).map((one) => [keyOf(object(one)), object(one)] as const),
  );
  for (const [key, parameter] of given) {
    const old = known.get(key);
    if (parameter.required === true && old?.required !== true)
      comparison.found.push(`${name} requires ${key} now`);
    if (old) compareInput(`${name} ${key}`, old.schema, parameter.schema, comparison, new Set());
  }
  for (const key of known.keys())
    if (!given.has(key)) comparison.found.push(`${name} takes ${key} no more`);
}

const typesOf = (schema: JsonObject): string[] =>
  (Array.isArray(schema.type) ? schema.type : [schema.type]).filter(
    (type): type is string => typeof type === 'string',
  );

/** What was accepted must be accepted still. */
function compareInput(
  where: string,
  before: Json | undefined,
  after: Json | undefined,
  comparison: Comparison,
  seen: Set<string>,
): void {
  const [old, next] = [comparison.old.schema(before), comparison.now.schema(after)];
  if (!once(seen, before, after)) return;
  compareTypes(where, old, next, comparison, 'takes');
  for (const value of list(old.enum))
    if (next.enum !== undefined && !list(next.enum).includes(value))
      comparison.found.push(`${where} takes ${JSON.stringify(value)} no more`);
  const required = new Set(list(old.required));
  for (const field of list(next.required))
    if (!required.has(field)) comparison.found.push(`${where} requires ${String(field)} now`);
  for (const [field, schema] of Object.entries(object(old.properties))) {
    const then = object(next.properties)[field];
    if (then === undefined) comparison.found.push(`${where} takes ${field} no more`);
    else compareInput(`${where}.${field}`, schema, then, comparison, seen);
  }
  if (old.items !== undefined && next.items !== undefined)
    compareInput(`${where}[]`, old.items, next.items, comparison, seen);
}

/** What was answered must be answered still, as the same type. */
function compareOutput(
  where: string,
  before: Json | undefined,
  after: Json | undefined,
  comparison: Comparison,
  seen: Set<string>,
): void {
  const [old, next] = [comparison.old.schema(before), comparison.now.schema(after)];
  if (!once(seen, before, after)) return;
  compareTypes(where, next, old, comparison, 'answers');
  const promised = new Set(list(next.required));
  for (const field of list(old.required))
    if (!promised.has(field)) comparison.found.push(`${where} may lack ${String(field)} now`);
  for (const [field, schema] of Object.entries(object(old.properties))) {
    const then = object(next.properties)[field];
    if (then === undefined) comparison.found.push(`${where} answers ${field} no more`);
    else compareOutput(`${where}.${field}`, schema, then, comparison, seen);
  }
  if (old.items !== undefined && next.items !== undefined)
    compareOutput(`${where}[]`, old.items, next.items, comparison, seen);
}

/** Types of `narrow` that `wide` lacks. */
function compareTypes(
  where: string,
  narrow: JsonObject,
  wide: JsonObject,
  comparison: Comparison,
  verb: 'takes' | 'answers',
): void {
  const known = typesOf(wide);
  if (known.length === 0) return;
  for (const type of typesOf(narrow)) {
    const fits = known.includes(type) || (type === 'integer' && known.includes('number'));
    if (fits) continue;
    comparison.found.push(
      verb === 'takes' ? `${where} takes no ${type} any more` : `${where} may be ${type} now`,
    );
  }
}

/** Recursive schemas are looked at once. */
function once(seen: Set<string>, before: Json | undefined, after: Json | undefined): boolean {
  const references = [object(before).$ref, object(after).$ref];
  if (references.every((one) => one === undefined)) return true;
  const key = references.join(' ');
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}
