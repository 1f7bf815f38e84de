import { describe, expect, test } from 'vitest';
import { breakingChanges } from './compare.ts';

const base = () => ({
  paths: {
    '/v1/things': {
      get: {
        parameters: [{ in: 'query', name: 'limit', required: false, schema: { type: 'integer' } }],
        responses: {
          '200': {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          },
          '404': {},
        },
      },
      post: {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Create' } } },
        },
        responses: { '201': {} },
      },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          parts: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
        },
        required: ['id'],
      },
      Create: {
        type: 'object',
        properties: { name: { type: 'string' }, kind: { type: 'string', enum: ['a', 'b'] } },
        required: ['name'],
      },
    },
  },
});
type Document = ReturnType<typeof base>;

/** The findings after a change of the document. */
function after(change: (document: Document) => void): string[] {
  const next = base();
  change(next);
  return breakingChanges(base(), next);
}
// biome-ignore lint/suspicious/noExplicitAny: documents are broken on purpose
const loose = (value: unknown) => value as any;

describe('nothing breaks when', () => {
  test('nothing changes', () => expect(after(() => {})).toEqual([]));
  test('a path, a status, an optional field and a value join', () => {
    expect(
      after((document) => {
        loose(document.paths)['/v1/more'] = { get: { responses: {} } };
        loose(document.paths['/v1/things'].post.responses)['409'] = {};
        loose(document.components.schemas.Thing.properties).name = { type: 'string' };
        loose(document.components.schemas.Create.properties).size = { type: 'integer' };
        document.components.schemas.Create.properties.kind.enum.push('c');
      }),
    ).toEqual([]);
  });
});

describe('an old client breaks when', () => {
  test.each<[string, (document: Document) => void, string]>([
    ['a path goes', (d) => delete loose(d.paths)['/v1/things'], '/v1/things is gone'],
    ['a method goes', (d) => delete loose(d.paths['/v1/things']).post, 'POST /v1/things is gone'],
    [
      'a status goes',
      (d) => delete loose(d.paths['/v1/things'].get.responses)['404'],
      'GET /v1/things answers no 404 any more',
    ],
    [
      'a field goes',
      (d) => delete loose(d.components.schemas.Thing.properties).id,
      'GET /v1/things 200 answers id no more',
    ],
    [
      'a promised field becomes optional',
      (d) => loose(d.components.schemas.Thing).required.pop(),
      'GET /v1/things 200 may lack id now',
    ],
    [
      'a field may be null',
      (d) => {
        loose(d.components.schemas.Thing.properties.id).type = ['string', 'null'];
      },
      'GET /v1/things 200.id may be null now',
    ],
    [
      'input becomes required',
      (d) => d.components.schemas.Create.required.push('kind'),
      'POST /v1/things body requires kind now',
    ],
    [
      'a value is refused',
      (d) => loose(d.components.schemas.Create.properties.kind).enum.shift(),
      'POST /v1/things body.kind takes "a" no more',
    ],
    [
      'input changes its type',
      (d) => {
        d.components.schemas.Create.properties.name.type = 'integer';
      },
      'POST /v1/things body.name takes no string any more',
    ],
    [
      'a parameter becomes required',
      (d) => {
        loose(d.paths['/v1/things'].get.parameters[0]).required = true;
      },
      'GET /v1/things requires query limit now',
    ],
    [
      'a parameter goes',
      (d) => d.paths['/v1/things'].get.parameters.pop(),
      'GET /v1/things takes query limit no more',
    ],
  ])('%s', (_name, change, finding) => expect(after(change)).toEqual([finding]));
});
