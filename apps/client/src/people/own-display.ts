import type { Me } from '@trunkline/contracts/people.ts';
import { groupNumber } from '@trunkline/ui/format/number.ts';

/** A line of one's own, full number and how it reads inside the company. */
export type OwnLine = Pick<Me['lines'][number], 'number' | 'display'>;

/**
 * A number as people of this company read it. Where the service sent no grouped form, the own
 * lines show the company's block: `+49301234520` reads `20`, so `+49301234510` reads `10`.
 */
export function ownDisplay(number: string, lines: readonly OwnLine[]): string {
  for (const line of lines) {
    if (!line.number.endsWith(line.display) || line.display.startsWith('+')) continue;
    const prefix = line.number.slice(0, line.number.length - line.display.length);
    if (prefix !== '' && number.startsWith(prefix) && number.length === line.number.length)
      return number.slice(prefix.length);
  }
  return groupNumber(number);
}
