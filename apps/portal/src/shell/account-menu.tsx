import { Button } from '@fluentui/react-button';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { Popover } from '@trunkline/ui/components/popover.tsx';
import { chooseLanguage, type Language } from '@trunkline/ui/i18n/i18n.ts';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { chooseLook, type LookChoice, lookChoices, lookStore } from '@trunkline/ui/theme/look.ts';
import { useId } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import styles from './account-menu.module.css';

/** Who is signed in; language, look, the way out. */
export function AccountMenu() {
  const { t, language } = useT();
  const { profile, session } = useServices();
  const look = useStore(lookStore);
  const id = useId();
  return (
    <Popover
      kind="dialog"
      label={t('nav.account')}
      place="bottomEnd"
      className={styles.panel ?? ''}
      trigger={(props) => (
        <span className={styles.own}>
          <span aria-hidden="true">
            <PersonAvatar name={profile.displayName} badge={false} size={32} />
          </span>
          <button
            type="button"
            className={styles.cover}
            aria-label={`${profile.displayName}: ${t('nav.account')}`}
            {...props}
          />
        </span>
      )}
    >
      {() => (
        <div className={styles.body}>
          <p className={styles.name}>{profile.displayName}</p>
          <p className={styles.identity}>{profile.identity}</p>
          <label htmlFor={`${id}-language`}>{t('nav.language')}</label>
          <select
            id={`${id}-language`}
            value={language}
            onChange={(event) => void chooseLanguage(event.target.value as Language)}
          >
            <option value="de">Deutsch</option>
            <option value="en">English</option>
          </select>
          <label htmlFor={`${id}-look`}>{t('nav.look')}</label>
          <select
            id={`${id}-look`}
            value={look}
            onChange={(event) => chooseLook(event.target.value as LookChoice)}
          >
            {lookChoices.map((each) => (
              <option key={each} value={each}>
                {t(`nav.${each}`)}
              </option>
            ))}
          </select>
          <Button as="a" href="/" appearance="subtle" className={styles.out ?? ''}>
            {t('app.client')}
          </Button>
          <Button
            className={styles.out ?? ''}
            onClick={() => {
              session.signOut().catch(() => {
                // Not reached: this browser is signed out all the same.
              });
            }}
          >
            {t('nav.signOut')}
          </Button>
        </div>
      )}
    </Popover>
  );
}
