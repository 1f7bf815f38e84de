import { useEffect, useRef, useState } from 'react';
import { useUiT } from '../i18n/use-ui-t.ts';
import type { RealtimeState } from '../realtime/socket.ts';
import styles from './connection-bar.module.css';

export interface ConnectionBarProps {
  state: RealtimeState;
  /** False while the user's telephony service is away. */
  telephony?: boolean;
  onRetry: () => void;
}

/** Breaks shorter than this are not mentioned, milliseconds. */
const grace = 1_500;

/** A quiet bar while reconnecting; nothing below it is covered or blocked. */
export function ConnectionBar({ state, telephony = true, onRetry }: ConnectionBarProps) {
  const { t } = useUiT();
  const away = state === 'connecting' || state === 'offline';
  const [late, setLate] = useState(false);
  const wasOnline = useRef(false);
  useEffect(() => {
    if (!away) {
      wasOnline.current = true;
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), grace);
    return () => clearTimeout(timer);
  }, [away]);
  const offline = late && state === 'offline';
  const words = wasOnline.current ? 'ui.connection.reconnecting' : 'ui.connection.connecting';
  return (
    <div role="status" aria-live="polite">
      {late && away ? (
        <div className={offline ? `${styles.bar} ${styles.offline}` : styles.bar}>
          <span>{offline ? t('ui.connection.offline') : t(words)}</span>
          {offline ? (
            <button type="button" className={styles.retry} onClick={onRetry}>
              {t('ui.connection.retry')}
            </button>
          ) : null}
        </div>
      ) : null}
      {!away && !telephony ? (
        <div className={`${styles.bar} ${styles.offline}`}>{t('ui.connection.telephony')}</div>
      ) : null}
    </div>
  );
}
