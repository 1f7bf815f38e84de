import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import { dayKey } from '@trunkline/ui/format/time.ts';
import type { JournalPages } from '../data/queries.ts';
import type { JournalFilter } from '../router.tsx';

export interface DayGroup {
  /** Local calendar day, `2026-11-23`. */
  readonly day: string;
  readonly date: Date;
  readonly entries: readonly JournalEntry[];
}

/** Groups entries, newest first, by the local day they began on. */
export function groupByDay(entries: readonly JournalEntry[]): DayGroup[] {
  const groups: { day: string; date: Date; entries: JournalEntry[] }[] = [];
  const newestFirst = [...entries].sort((one, two) => two.startedAt.localeCompare(one.startedAt));
  for (const entry of newestFirst) {
    const date = new Date(entry.startedAt);
    const day = dayKey(date);
    const last = groups.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else groups.push({ day, date, entries: [entry] });
  }
  return groups;
}

/** Missed calls draw attention until somebody looked at them. */
export function wantsAttention(entry: JournalEntry): boolean {
  return entry.unanswered && !entry.seen;
}

/** Whether an entry belongs to a filter's list, by the same rules as the service. */
export function matchesFilter(entry: JournalEntry, filter: JournalFilter): boolean {
  if (filter === 'missed') return entry.unanswered;
  return filter === 'all' || entry.direction === filter;
}

/** Puts a new or changed entry into loaded pages; an entry never appears twice. */
export function mergeEntry(
  data: JournalPages,
  entry: JournalEntry,
  filter: JournalFilter,
): JournalPages {
  const known = data.pages.some((page) => page.items.some((item) => item.id === entry.id));
  const fits = matchesFilter(entry, filter);
  const pages = data.pages.map((page, index) => {
    let items = page.items;
    if (known)
      items = fits
        ? items.map((item) => (item.id === entry.id ? entry : item))
        : items.filter((item) => item.id !== entry.id);
    else if (fits && index === 0) items = [entry, ...items];
    return items === page.items ? page : { ...page, items };
  });
  return { ...data, pages };
}
