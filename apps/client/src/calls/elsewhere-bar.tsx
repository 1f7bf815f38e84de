import { Button } from '@fluentui/react-button';
import { CallEndFilled } from '@fluentui/react-icons/svg/call-end';
import { PhoneDesktopRegular } from '@fluentui/react-icons/svg/phone-desktop';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { RunningTimer } from '@trunkline/ui/components/time-text.tsx';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import { partyName } from './alerts.ts';
import styles from './elsewhere-bar.module.css';
import { may } from './permitted.ts';

/** Own calls on another device or in another window, each with the way to take it here. */
export default function ElsewhereBar({ calls }: { calls: readonly CallView[] }) {
  const { t } = useT();
  const { phone, profile } = useServices();
  return (
    <>
      {calls.map((call) => {
        const name = partyName(call, t('call.unknown'));
        const here = call.deviceId === profile.deviceId;
        return (
          <section
            key={call.id}
            className={styles.bar}
            aria-label={here ? t('call.inWindow') : t('call.onDevice')}
          >
            <PhoneDesktopRegular aria-hidden="true" className={styles.icon ?? ''} />
            <p className={styles.words}>
              {here ? t('call.inWindow') : t('call.onDevice')}{' '}
              <strong>{t('call.withName', { name })}</strong>
              {call.answeredAt ? (
                <span className={styles.time}>
                  {' · '}
                  <RunningTimer since={call.answeredAt} />
                </span>
              ) : null}
            </p>
            {(here || may(call, 'move')) && call.state === 'connected' ? (
              <Button
                appearance="primary"
                title={t('call.takeHereName', { name })}
                onClick={() => phone.take(call.id)}
              >
                {t('call.takeHere')}
              </Button>
            ) : null}
            <Button
              appearance="subtle"
              icon={<CallEndFilled />}
              aria-label={t('call.hangUpName', { name })}
              title={t('call.hangUpName', { name })}
              onClick={() => phone.hangUp(call.id)}
            />
          </section>
        );
      })}
    </>
  );
}
