import { Button } from '@fluentui/react-button';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useState } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import styles from '../shell/notice.module.css';
import { applyUpdate, waitingVersion } from './register.ts';

/** Offers a new version, never during a call (PLT-146). */
export function UpdateNotice() {
  const { t } = useT();
  const { phone } = useServices();
  const waiting = useStore(waitingVersion);
  const legs = useStore(phone.legs);
  const [later, setLater] = useState<ServiceWorker | null>(null);
  if (!waiting || waiting === later || legs.length > 0) return null;
  return (
    <div className={styles.notice} role="status">
      <span className={styles.words}>{t('update.ready')}</span>
      <Button size="small" onClick={() => setLater(waiting)} appearance="subtle">
        {t('update.later')}
      </Button>
      <Button size="small" appearance="primary" onClick={applyUpdate}>
        {t('update.apply')}
      </Button>
    </div>
  );
}
