import { chooseLanguage, languages } from '../i18n/i18n.ts';
import { useUiT } from '../i18n/use-ui-t.ts';
import styles from './sign-in.module.css';

const names = { de: 'Deutsch', en: 'English' } as const;

/** Both languages by their own names, at the foot of the page. */
export function LanguageSwitch() {
  const { t, language } = useUiT();
  return (
    <nav className={styles.languages} aria-label={t('ui.language')}>
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
