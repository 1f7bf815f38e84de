import { Button } from '@fluentui/react-button';
import { ClockRegular } from '@fluentui/react-icons/svg/clock';
import { PeopleTeamRegular } from '@fluentui/react-icons/svg/people-team';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useParams } from '@tanstack/react-router';
import { Chips } from '@trunkline/ui/components/chips.tsx';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { EmptyState, ErrorState } from '@trunkline/ui/components/states.tsx';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useEffect, useState } from 'react';
import { useServices } from '../app/services.ts';
import { peopleQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import styles from './people-page.module.css';
import { PersonLine } from './person-line.tsx';

/** Colleagues with live presence: list at the left, one of them at the right. */
export function PeoplePage() {
  const { t, language } = useT();
  const { api, live, profile } = useServices();
  const people = useQuery(peopleQuery(api, profile.id, language));
  const presences = useStore(live.presences);
  const chosen = useParams({ strict: false }).userId;
  const [filter, setFilter] = useState<'all' | 'free'>('all');

  useEffect(() => {
    document.title = `${t('people.heading')} · ${t('app.name')}`;
  }, [t]);

  const others = (people.data ?? []).filter((person) => person.id !== profile.id);
  const shown =
    filter === 'all'
      ? others
      : others.filter((person) => presences[person.id]?.state === 'available');

  return (
    <div className={styles.page} data-detail={chosen !== undefined}>
      <section className={styles.list} aria-label={t('people.heading')}>
        <div className={styles.head}>
          <h1>{t('people.heading')}</h1>
          <Chips
            label={t('people.filter')}
            value={filter}
            options={[
              ['all', t('people.all')],
              ['free', t('people.free')],
            ]}
            onChange={setFilter}
          />
        </div>
        <div className={styles.scroll}>
          {people.data === undefined && people.isError ? (
            <ErrorState problem={people.error} onRetry={() => void people.refetch()} />
          ) : people.data === undefined ? (
            <RowSkeletons count={9} padding="0 16px" />
          ) : others.length === 0 ? (
            <EmptyState icon={<PeopleTeamRegular />} heading={t('people.empty')}>
              {t('people.emptyBody')}
            </EmptyState>
          ) : shown.length === 0 ? (
            <EmptyState
              icon={<ClockRegular />}
              heading={t('people.noneFree')}
              actions={<Button onClick={() => setFilter('all')}>{t('people.showAll')}</Button>}
            >
              {t('people.noneFreeBody')}
            </EmptyState>
          ) : (
            <ul className={styles.rows}>
              {shown.map((person) => (
                <PersonLine key={person.id} person={person} />
              ))}
            </ul>
          )}
        </div>
      </section>
      <section className={styles.detail}>
        <Outlet />
      </section>
    </div>
  );
}
