import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openapiFile, openapiText } from '../node/write-openapi.ts';
import { breakingChanges } from './compare.ts';

const committed = await readFile(openapiFile, 'utf8');
const current = openapiText();

describe('PLT-050 the published OpenAPI document', () => {
  test('nothing breaks clients of the committed one', () => {
    expect(breakingChanges(JSON.parse(committed), JSON.parse(current))).toEqual([]);
  });

  test('docs/openapi.json is what the routes are (node apps/control-plane/src/node/write-openapi.ts)', () => {
    expect(JSON.parse(current)).toEqual(JSON.parse(committed));
  });

  test('every operation has an id of its own, a summary, a tag and its problems', () => {
    const { paths } = JSON.parse(current) as {
      paths: Record<string, Record<string, Record<string, unknown>>>;
    };
    const operations = Object.values(paths).flatMap((item) => Object.values(item));
    const ids = operations.map((operation) => operation.operationId);
    expect(new Set(ids).size).toBe(operations.length);
    for (const operation of operations) {
      expect(operation.summary).toBeTypeOf('string');
      expect(operation.tags).toHaveLength(1);
      expect(Object.keys(operation.responses as object)).toEqual(
        expect.arrayContaining(['429', '500', '503']),
      );
    }
  });
});
