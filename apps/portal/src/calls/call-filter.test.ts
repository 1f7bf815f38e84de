import { newId } from '@trunkline/contracts/ids.ts';
import { describe, expect, test } from 'vitest';
import { queryOf, readCallFilter } from './call-filter.ts';

describe('the filter of the call list', () => {
  test('is read from the address, and what is not understood is left out', () => {
    const group = newId('lineGroup');
    expect(readCallFilter({ q: ' 030 ', outcome: 'problem', group })).toEqual({
      q: ' 030 ',
      outcome: 'problem',
      group,
    });
    expect(readCallFilter({ q: '  ', outcome: 'odd', group: 'lgr_1', page: 4 })).toEqual({});
    expect(readCallFilter({ q: 7, outcome: ['live'] })).toEqual({});
    expect(readCallFilter({ q: 'x'.repeat(100) }).q).toHaveLength(60);
  });

  test('becomes the query of the API; one character is no search yet', () => {
    expect(queryOf({})).toEqual({});
    expect(queryOf({ q: ' 0 ' })).toEqual({});
    expect(queryOf({ q: ' 03 ', outcome: 'live' })).toEqual({ search: '03', outcome: 'live' });
  });
});
