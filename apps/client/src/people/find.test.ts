import type { Person } from '@trunkline/contracts/people.ts';
import { expect, test } from 'vitest';
import { findPeople, mainNumber, personOfNumber } from './find.ts';

const person = (name: string, number: string, slot = 'business'): Person => ({
  id: `usr_${number}`,
  displayName: name,
  identity: `${name.split(' ')[0]?.toLowerCase()}@demo.example`,
  email: null,
  numbers: [{ slot, number, display: number.slice(-2) }],
});
const people = [
  person('Anna Müller', '+49301234520'),
  person('Ben Weiß', '+49301234521'),
  person('Clara Østergård', '+49301234522'),
];
const names = (typed: string) => findPeople(people, typed, 9).map((each) => each.displayName);

test('names are found by their beginnings, umlauts either way', () => {
  expect(names('mul')).toEqual(['Anna Müller']);
  expect(names('mueller')).toEqual(['Anna Müller']);
  expect(names('MÜL an')).toEqual(['Anna Müller']);
  expect(names('weiss')).toEqual(['Ben Weiß']);
  expect(names('uller')).toEqual([]);
  expect(names(' ')).toEqual([]);
});

test('numbers are found however they are written', () => {
  expect(names('21')).toEqual(['Ben Weiß']);
  expect(names('030 / 12345-22')).toEqual(['Clara Østergård']);
  expect(names('+49 30 12345-20')).toEqual(['Anna Müller']);
});

test('a call goes to the business number, and a number leads back to its person', () => {
  const one = person('Dora', '+4917012345', 'mobile');
  one.numbers.push({ slot: 'business', number: '+49301234523', display: '23' });
  expect(mainNumber(one)?.display).toBe('23');
  expect(personOfNumber(people, '+49301234521')?.person.displayName).toBe('Ben Weiß');
  expect(personOfNumber(people, null)).toBeUndefined();
});
