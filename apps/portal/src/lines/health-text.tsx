import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { ErrorCircleFilled } from '@fluentui/react-icons/svg/error-circle';
import { useT } from '../i18n/index.ts';
import type { Health } from '../overview/health.ts';
import styles from './line-state.module.css';

/** "3 of 5 registered" with an icon in the colour of the worst line. */
export function HealthText({ health }: { health: Health }) {
  const { t } = useT();
  const state = health.failing.length > 0 ? 'failed' : health.open > 0 ? 'open' : 'uninitialised';
  return (
    <span className={styles.state} data-state={state}>
      <span className={styles.icon} aria-hidden="true">
        {state === 'failed' ? (
          <ErrorCircleFilled />
        ) : state === 'open' ? (
          <CheckmarkCircleFilled />
        ) : null}
      </span>
      <span>{t('overview.ready', { open: health.open, total: health.total })}</span>
    </span>
  );
}
