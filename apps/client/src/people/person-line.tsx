import { Button } from '@fluentui/react-button';
import { CallRegular } from '@fluentui/react-icons/svg/call';
import { Link } from '@tanstack/react-router';
import type { Person } from '@trunkline/contracts/people.ts';
import { PersonRow } from '@trunkline/ui/components/person.tsx';
import { usePresence } from '@trunkline/ui/stores/live.ts';
import { memo } from 'react';
import { useServices } from '../app/services.ts';
import { useDialling } from '../calls/use-dialling.ts';
import { useT } from '../i18n/index.ts';
import { mainNumber } from './find.ts';
import styles from './people-page.module.css';
import { PickUp, usePickUp } from './pick-up.tsx';

/** One colleague in the list; drawn again only when their own presence changes. */
export const PersonLine = memo(function PersonLine({ person }: { person: Person }) {
  const { t } = useT();
  const { live, phone } = useServices();
  const presence = usePresence(live, person.id);
  const dialling = useDialling();
  const rings = usePickUp(person, presence);
  const main = mainNumber(person);
  return (
    <li className={styles.line} data-rings={rings ? 'true' : undefined}>
      <Link
        to="/people/$userId"
        params={{ userId: person.id }}
        className={styles.link}
        activeProps={{ 'aria-current': 'true' }}
      >
        <PersonRow name={person.displayName} presence={presence}>
          <span className={`${styles.extension} tl-numeric`}>{main?.display}</span>
        </PersonRow>
      </Link>
      {rings ? (
        <PickUp person={person} className={styles.pickUp ?? ''} />
      ) : main && dialling !== 'off' ? (
        <Button
          className={styles.call ?? ''}
          appearance="subtle"
          shape="circular"
          icon={<CallRegular />}
          disabledFocusable={dialling === 'barred'}
          title={t('people.callName', { name: person.displayName })}
          aria-label={t('people.callName', { name: person.displayName })}
          onClick={() => phone.dial(main.number)}
        />
      ) : null}
    </li>
  );
});
