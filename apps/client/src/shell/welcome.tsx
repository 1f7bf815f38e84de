import { Button } from '@fluentui/react-button';
import { readItem, writeItem } from '@trunkline/ui/browser/storage.ts';
import { useEffect, useState } from 'react';
import { useT } from '../i18n/index.ts';
import { askForMicrophone, usePermission } from '../settings/permissions.ts';
import styles from './notice.module.css';

/** After the first sign-in: why the browser will ask for the microphone, and asking then. */
export function Welcome() {
  const { t } = useT();
  const microphone = usePermission('microphone');
  const [done, setDone] = useState(() => readItem('trunkline.welcome') === 'done');
  const finish = () => {
    writeItem('trunkline.welcome', 'done');
    setDone(true);
  };
  useEffect(() => {
    if (microphone === 'granted') {
      writeItem('trunkline.welcome', 'done');
      setDone(true);
    }
  }, [microphone]);
  if (done || microphone === 'unknown' || microphone === 'granted') return null;
  return (
    <section className={styles.notice} aria-label={t('welcome.heading')}>
      <p className={styles.words}>
        <strong>{t('welcome.heading')}</strong>
        <br />
        {microphone === 'denied' ? t('welcome.denied') : t('welcome.body')}
      </p>
      <Button appearance="subtle" onClick={finish}>
        {t('welcome.later')}
      </Button>
      {microphone === 'denied' ? null : (
        <Button
          appearance="primary"
          onClick={() => {
            void askForMicrophone();
          }}
        >
          {t('welcome.allow')}
        </Button>
      )}
    </section>
  );
}
