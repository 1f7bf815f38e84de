import { Button } from '@fluentui/react-button';
import { ArrowLeftRegular } from '@fluentui/react-icons/svg/arrow-left';
import { CallFilled, CallRegular } from '@fluentui/react-icons/svg/call';
import { PersonQuestionMarkRegular } from '@fluentui/react-icons/svg/person-question-mark';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { Person } from '@trunkline/contracts/people.ts';
import { NumberText } from '@trunkline/ui/components/number-text.tsx';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { usePresenceWords } from '@trunkline/ui/components/presence.tsx';
import { Bone } from '@trunkline/ui/components/skeleton.tsx';
import { EmptyState } from '@trunkline/ui/components/states.tsx';
import { usePresence } from '@trunkline/ui/stores/live.ts';
import { useEffect } from 'react';
import { useServices } from '../app/services.ts';
import { useDialling } from '../calls/use-dialling.ts';
import { peopleQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { mainNumber } from './find.ts';
import styles from './person-detail.module.css';
import { PickUp, usePickUp } from './pick-up.tsx';

const slots = ['business', 'phone1', 'phone2', 'mobile', 'mailbox'] as const;

/** One colleague: what they do now, every number one can call. */
export function PersonDetail() {
  const { t, language } = useT();
  const { api, live, phone, profile } = useServices();
  const { userId } = useParams({ from: '/shell/people/$userId' });
  const people = useQuery(peopleQuery(api, profile.id, language));
  const presence = usePresence(live, userId);
  const dialling = useDialling();
  const words = usePresenceWords();
  const person = people.data?.find((each) => each.id === userId);
  const rings = usePickUp(person, presence);

  useEffect(() => {
    if (person) document.title = `${person.displayName} · ${t('app.name')}`;
  }, [person, t]);

  const back = (
    <Link to="/people" className={styles.back}>
      <ArrowLeftRegular aria-hidden="true" />
      {t('people.back')}
    </Link>
  );
  if (!person)
    return (
      <div className={styles.page}>
        {back}
        {people.data ? (
          <EmptyState icon={<PersonQuestionMarkRegular />} heading={t('people.gone')}>
            {t('people.goneBody')}
          </EmptyState>
        ) : (
          <div className={styles.head} aria-hidden="true">
            <Bone width={96} height={96} round />
            <Bone width={180} height={24} />
          </div>
        )}
      </div>
    );

  const main = mainNumber(person);
  const slotName = (slot: string) => t(`people.slot.${slots.find((s) => s === slot) ?? 'other'}`);
  return (
    <article className={styles.page} aria-labelledby="person-name">
      {back}
      <header className={styles.head}>
        <PersonAvatar name={person.displayName} presence={presence} size={96} />
        <h1 id="person-name">{person.displayName}</h1>
        <p className={styles.words}>{words(presence)}</p>
        {presence?.note ? <p className={styles.note}>{presence.note}</p> : null}
        {rings ? <PickUp person={person} size="large" /> : null}
        {main && person.id !== profile.id && dialling !== 'off' && !rings ? (
          <Button
            appearance="primary"
            size="large"
            icon={<CallFilled />}
            disabledFocusable={dialling === 'barred'}
            onClick={() => phone.dial(main.number)}
          >
            {t('people.call')}
          </Button>
        ) : null}
      </header>
      <section className={styles.card} aria-labelledby="person-numbers">
        <h2 id="person-numbers">{t('people.numbers')}</h2>
        {person.numbers.length === 0 ? <p className={styles.none}>{t('people.noNumber')}</p> : null}
        <ul>
          {person.numbers.map((number) => (
            <NumberLine
              key={`${number.slot}-${number.number}`}
              person={person}
              number={number}
              label={slotName(number.slot)}
              dialling={dialling}
              onCall={() => phone.dial(number.number)}
            />
          ))}
        </ul>
      </section>
      <section className={styles.card} aria-labelledby="person-contact">
        <h2 id="person-contact">{t('people.contact')}</h2>
        <dl>
          <div>
            <dt>{t('people.identity')}</dt>
            <dd>{person.identity}</dd>
          </div>
          {person.email ? (
            <div>
              <dt>{t('people.email')}</dt>
              <dd>
                <a href={`mailto:${person.email}`}>{person.email}</a>
              </dd>
            </div>
          ) : null}
        </dl>
      </section>
    </article>
  );
}

interface NumberLineProps {
  person: Person;
  number: Person['numbers'][number];
  label: string;
  dialling: ReturnType<typeof useDialling>;
  onCall: () => void;
}

function NumberLine({ person, number, label, dialling, onCall }: NumberLineProps) {
  const { t } = useT();
  const words = t('people.callNumber', { name: person.displayName, number: number.display });
  return (
    <li className={styles.number}>
      <span className={styles.slot}>{label}</span>
      <NumberText number={number.number} display={number.display} copy />
      {dialling === 'off' ? null : (
        <Button
          appearance="subtle"
          icon={<CallRegular />}
          aria-label={words}
          title={words}
          disabledFocusable={dialling === 'barred'}
          onClick={onCall}
        />
      )}
    </li>
  );
}
