import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import { expect, test } from 'vitest';
import type { JournalPages } from '../data/queries.ts';
import { groupByDay, mergeEntry, wantsAttention } from './entries.ts';

let count = 0;
function entry(more: Partial<JournalEntry> = {}): JournalEntry {
  count += 1;
  return {
    id: `jrn_${count}`,
    callId: `cal_${count}`,
    direction: 'incoming',
    result: 'answered',
    remoteNumber: '+493012345',
    remoteName: null,
    lineNumber: '20',
    startedAt: '2026-11-23T09:00:00.000Z',
    answeredAt: null,
    endedAt: '2026-11-23T09:01:00.000Z',
    durationMs: 0,
    endedBy: 'remote',
    sipCode: null,
    cause: 'normal',
    unanswered: false,
    seen: true,
    private: false,
    note: '',
    ...more,
  };
}
const local = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
const pages = (...items: JournalEntry[]): JournalPages => ({
  pages: [{ items, nextCursor: null }],
  pageParams: [null],
});

test('one stream by local day, newest first', () => {
  const groups = groupByDay([
    entry({ startedAt: local(22, 23) }),
    entry({ startedAt: local(23, 0) }),
    entry({ startedAt: local(23, 9) }),
  ]);
  expect(groups.map((group) => [group.day, group.entries.length])).toEqual([
    ['2026-11-23', 2],
    ['2026-11-22', 1],
  ]);
  expect(groups[0]?.entries[0]?.startedAt).toBe(local(23, 9));
});

test('a missed call wants attention until it was seen', () => {
  expect(wantsAttention(entry({ unanswered: true, seen: false }))).toBe(true);
  expect(wantsAttention(entry({ unanswered: true, seen: true }))).toBe(false);
  expect(wantsAttention(entry({ seen: false }))).toBe(false);
});

test('an entry that arrives live is put in once and changed in place', () => {
  const first = entry();
  const next = entry();
  const once = mergeEntry(pages(first), next, 'all');
  expect(once.pages[0]?.items.map((item) => item.id)).toEqual([next.id, first.id]);
  const again = mergeEntry(once, { ...next, note: 'call back' }, 'all');
  expect(again.pages[0]?.items).toHaveLength(2);
  expect(again.pages[0]?.items[0]?.note).toBe('call back');
});

test('a list takes only what its filter shows', () => {
  const outgoing = entry({ direction: 'outgoing' });
  expect(mergeEntry(pages(), outgoing, 'incoming').pages[0]?.items).toEqual([]);
  expect(mergeEntry(pages(), outgoing, 'outgoing').pages[0]?.items).toEqual([outgoing]);
  expect(mergeEntry(pages(), outgoing, 'missed').pages[0]?.items).toEqual([]);
});
