import { expect, test } from 'vitest';
import { storedParty } from './private.ts';

const arthur = { number: '+4930123456', name: 'Arthur Dent' };

test('SVC-005 the three modes', () => {
  expect(storedParty(arthur, true, 'normal')).toEqual(arthur);
  expect(storedParty(arthur, true, 'shortened')).toEqual({ number: '+4930123XXX', name: null });
  expect(storedParty(arthur, true, 'none')).toEqual({ number: null, name: null });
  expect(storedParty({ number: '22', name: null }, true, 'shortened')).toEqual({
    number: 'XXX',
    name: null,
  });
});

test('a call that is not private is stored whole in every mode', () => {
  expect(storedParty(arthur, false, 'none')).toEqual(arthur);
});
