import { chooseLanguage, languages } from '@trunkline/ui/i18n/i18n.ts';
import { useT } from '../i18n/index.ts';
import styles from './sign-in-page.module.css';

const names = { de: 'Deutsch', en: 'English' } as const;

/** Both languages by their own names, at the foot of the page. */
export function LanguageSwitch() {
  const { t, language } = useT();
  return (
    <nav className={styles.languages} aria-label={t('settings.language')}>
      {languages.map((each) => (
        <button
          key={each}
          type="button"
          lang={each}
          aria-current={each === language}
          onClick={() => void chooseLanguage(each)}
        >
          {names[each]}
        </button>
      ))}
    </nav>
  );
}
