import type { Me, Person } from '@trunkline/contracts/people.ts';
import { bareNumber, groupNumber, looksLikeNumber } from '@trunkline/ui/format/number.ts';
import type { useT } from '../i18n/index.ts';
import { folded } from '../people/find.ts';

type Line = Me['lines'][number];
type T = ReturnType<typeof useT>['t'];

/** Whom a typed target means: a colleague by number, extension or whole name, else a number. */
export type ResolvedTarget =
  | { readonly kind: 'person'; readonly number: string; readonly words: string }
  | { readonly kind: 'number'; readonly number: string; readonly words: string }
  | { readonly kind: 'unclear' };

/** Reads what was typed as a target. The service applies the dial rules; this is for the eye. */
export function resolveTarget(typed: string, people: readonly Person[]): ResolvedTarget {
  const text = typed.trim();
  const number = looksLikeNumber(text) ? bareNumber(text) : null;
  const name = folded(text)[0];
  for (const person of people) {
    const byName = number === null && text !== '' && folded(person.displayName)[0] === name;
    const found = byName
      ? (person.numbers.find(({ slot }) => slot === 'business') ?? person.numbers[0])
      : person.numbers.find((each) => each.number === number || each.display === number);
    if (found)
      return {
        kind: 'person',
        number: number ?? found.number,
        words: `${person.displayName} (${found.display})`,
      };
  }
  if (number === null) return { kind: 'unclear' };
  return { kind: 'number', number, words: groupNumber(number) };
}

function wordsOf(target: string, people: readonly Person[]): string {
  const resolved = resolveTarget(target, people);
  return resolved.kind === 'unclear' ? target : resolved.words;
}

/** The forwarding of a line in sentences, in the order in which it takes effect. */
export function forwardingSentences(line: Line, people: readonly Person[], t: T): string[] {
  const { always, busy, noAnswer, signedOut } = line.callHandling.forwarding;
  const to = (target: string) => ({ line: line.display, target: wordsOf(target, people) });
  const sentences: string[] = [];
  if (always !== null) sentences.push(t('line.always', to(always)));
  if (busy !== null) sentences.push(t('line.busy', to(busy)));
  if (noAnswer !== null)
    sentences.push(t('line.noAnswer', { ...to(noAnswer.number), seconds: noAnswer.seconds }));
  if (signedOut !== null) sentences.push(t('line.signedOut', to(signedOut)));
  return sentences;
}
