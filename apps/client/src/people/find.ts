import type { Person } from '@trunkline/contracts/people.ts';
import { bareNumber, looksLikeNumber } from '@trunkline/ui/format/number.ts';

/** Folds case and accents, and spells umlauts out, so that Müller is found as mueller and muller. */
export function folded(text: string): string[] {
  const plain = (value: string) => value.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const spelled = text
    .replace(/ß/g, 'ss')
    .replace(/[äÄ]/g, 'ae')
    .replace(/[öÖ]/g, 'oe')
    .replace(/[üÜ]/g, 'ue');
  return [plain(text.replace(/ß/g, 'ss')), plain(spelled)];
}

function words(text: string): string[] {
  return text.split(/[\s,.@_-]+/).filter(Boolean);
}

/** People every typed word of whom begins a word of name or address, or whose number contains it. */
export function findPeople(people: readonly Person[], typed: string, limit: number): Person[] {
  const text = typed.trim();
  if (text === '') return [];
  const digits = looksLikeNumber(text) ? bareNumber(text).replace(/^\+|^00?/, '') : '';
  const wanted = words(folded(text)[0] ?? '');
  const found: Person[] = [];
  for (const person of people) {
    if (found.length >= limit) break;
    const byNumber =
      digits !== '' &&
      person.numbers.some(({ number }) => number.replace(/[^0-9]/g, '').includes(digits));
    const own = folded(`${person.displayName} ${person.identity}`).flatMap(words);
    const byName =
      wanted.length > 0 && wanted.every((word) => own.some((name) => name.startsWith(word)));
    if (byNumber || byName) found.push(person);
  }
  return found;
}

/** The number a click on "call" uses: the business one, else the first. */
export function mainNumber(person: Person): Person['numbers'][number] | undefined {
  return person.numbers.find(({ slot }) => slot === 'business') ?? person.numbers[0];
}

/** Who a number belongs to, by its E.164 form. */
export function personOfNumber(
  people: readonly Person[],
  number: string | null,
): { person: Person; display: string } | undefined {
  if (number === null) return undefined;
  for (const person of people)
    for (const each of person.numbers)
      if (each.number === number) return { person, display: each.display };
  return undefined;
}
