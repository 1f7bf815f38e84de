import { RecordFilled } from '@fluentui/react-icons/svg/record';
import { useT } from '../../i18n/index.ts';
import styles from './captures.module.css';

/** The blue mark of a group whose SIP messages are being recorded (LIN-098). */
export function RecordingMark() {
  const { t } = useT();
  return (
    <span className={styles.mark} title={t('capture.running')}>
      <RecordFilled aria-hidden="true" />
      <span className="tl-hidden">{t('capture.running')}</span>
    </span>
  );
}
