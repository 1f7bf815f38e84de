import { Button } from '@fluentui/react-button';
import { CallCheckmarkRegular } from '@fluentui/react-icons/svg/call-checkmark';
import { HistoryRegular } from '@fluentui/react-icons/svg/history';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Chips } from '@trunkline/ui/components/chips.tsx';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { EmptyState, ErrorState } from '@trunkline/ui/components/states.tsx';
import { formatDay } from '@trunkline/ui/format/time.ts';
import { useEffect, useRef, useState } from 'react';
import { useServices } from '../app/services.ts';
import { journalQuery, meQuery, peopleQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { groupByDay, wantsAttention } from './entries.ts';
import { EntryLine } from './entry-line.tsx';
import styles from './journal-page.module.css';
import { useUpdateEntry } from './use-update-entry.ts';

/** All calls in one stream by day. */
export function JournalPage() {
  const { t, language } = useT();
  const { api, profile } = useServices();
  const filter = useSearch({ from: '/shell/journal' }).filter ?? 'all';
  const navigate = useNavigate();
  const journal = useInfiniteQuery(journalQuery(api, profile.id, filter));
  const people = useQuery(peopleQuery(api, profile.id, language)).data ?? [];
  const lines = useQuery(meQuery(api, profile.id)).data?.lines ?? [];
  const update = useUpdateEntry();
  const [open, setOpen] = useState<string | null>(null);

  useEffect(() => {
    document.title = `${t('journal.heading')} · ${t('app.name')}`;
  }, [t]);

  const entries = journal.data?.pages.flatMap((page) => page.items) ?? [];
  const unseen = entries.filter(wantsAttention);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = journal;
  const now = new Date();

  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t('journal.heading')}</h1>
        <Chips
          label={t('journal.filter')}
          value={filter}
          options={[
            ['all', t('journal.all')],
            ['missed', t('journal.missed')],
            ['incoming', t('journal.incoming')],
            ['outgoing', t('journal.outgoing')],
          ]}
          onChange={(next) =>
            void navigate({
              to: '/journal',
              search: next === 'all' ? {} : { filter: next },
              replace: true,
            })
          }
        />
        <Button
          appearance="subtle"
          icon={<CallCheckmarkRegular />}
          className={unseen.length === 0 ? (styles.invisible ?? '') : ''}
          onClick={() => {
            for (const entry of unseen) update.mutate({ id: entry.id, change: { seen: true } });
          }}
        >
          {t('journal.seenAll')}
        </Button>
      </header>
      {journal.data === undefined && journal.isError ? (
        <ErrorState problem={journal.error} onRetry={() => void journal.refetch()} />
      ) : journal.data === undefined ? (
        <div className={styles.stream}>
          <RowSkeletons count={10} />
        </div>
      ) : entries.length === 0 ? (
        <EmptyState
          icon={<HistoryRegular />}
          heading={
            filter === 'all'
              ? t('journal.empty')
              : filter === 'missed'
                ? t('journal.emptyMissed')
                : t('journal.emptyFiltered')
          }
        >
          {filter === 'all' ? t('journal.emptyBody') : null}
        </EmptyState>
      ) : (
        <div className={styles.stream}>
          {groupByDay(entries).map((group) => (
            <section key={group.day} aria-labelledby={`day-${group.day}`}>
              <h2 id={`day-${group.day}`} className={styles.day}>
                {formatDay(group.date, now, language)}
              </h2>
              <ul className={styles.entries}>
                {group.entries.map((entry) => (
                  <EntryLine
                    key={entry.id}
                    entry={entry}
                    people={people}
                    lines={lines}
                    open={open === entry.id}
                    onToggle={() => setOpen(open === entry.id ? null : entry.id)}
                    onChange={(change) => update.mutateAsync({ id: entry.id, change })}
                  />
                ))}
              </ul>
            </section>
          ))}
          <More more={hasNextPage} loading={isFetchingNextPage} load={() => void fetchNextPage()} />
        </div>
      )}
    </div>
  );
}

/** Loads the next page when it comes into view; the button works without that. */
function More({ more, loading, load }: { more: boolean; loading: boolean; load: () => void }) {
  const { t } = useT();
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const element = end.current;
    if (!element || !more || loading || typeof IntersectionObserver !== 'function') return;
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some((each) => each.isIntersecting)) latest.current();
      },
      { rootMargin: '400px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [more, loading]);
  return (
    <div ref={end} className={styles.more}>
      {loading ? (
        <RowSkeletons count={2} />
      ) : more ? (
        <Button appearance="subtle" onClick={load}>
          {t('journal.more')}
        </Button>
      ) : (
        <p>{t('journal.end')}</p>
      )}
    </div>
  );
}
