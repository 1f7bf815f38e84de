import { useUiT } from '../i18n/use-ui-t.ts';
import styles from './crash.module.css';

/** The last resort when a view throws: says so and offers to begin again. No component library. */
export function Crash({ error }: { error: unknown }) {
  const { t } = useUiT();
  // After an update the old parts of the page are gone from the server: a reload brings the new ones.
  return (
    <div className={styles.crash} role="alert">
      <h1>{t('ui.error.heading')}</h1>
      <p>{t('ui.error.crash')}</p>
      <code>{error instanceof Error ? error.message : String(error)}</code>
      <button type="button" onClick={() => window.location.reload()}>
        {t('ui.error.reload')}
      </button>
    </div>
  );
}
