import { Button } from '@fluentui/react-button';
import { useT } from '../i18n/index.ts';
import type { Leg } from './leg.ts';
import styles from './media-notice.module.css';

const microphoneTexts = {
  denied: ['call.micDenied', 'call.micDeniedHelp'],
  missing: ['call.micMissing', 'call.micMissingHelp'],
  busy: ['call.micBusy', 'call.micBusyHelp'],
} as const;

/** What is wrong with the sound of a call, and what is being done about it. */
export function MediaNotice({ leg, onPlay }: { leg: Leg; onPlay: () => void }) {
  const { t } = useT();
  const failed = leg.phase === 'failed';
  const { device } = leg;
  return (
    <div aria-live="polite" className={styles.notices}>
      {leg.microphone && failed ? (
        <div className={styles.notice}>
          <strong>{t(microphoneTexts[leg.microphone][0])}</strong>
          <p>{t(microphoneTexts[leg.microphone][1])}</p>
        </div>
      ) : null}
      {device && !failed ? (
        <p className={styles.notice}>
          {device.kind === 'speaker'
            ? t('call.speakerGone')
            : device.now === null
              ? t('call.microphoneGone')
              : t('call.microphoneNow', { name: device.now || t('call.systemMicrophone') })}
        </p>
      ) : null}
      {leg.microphone && !failed && device === null ? (
        <p className={styles.notice}>{t('call.listenOnly')}</p>
      ) : null}
      {leg.blocked && !failed ? (
        <div className={styles.notice}>
          <p>{t('call.playback')}</p>
          <Button size="small" onClick={onPlay}>
            {t('call.playbackStart')}
          </Button>
        </div>
      ) : null}
      {leg.path === 'failed' && !failed ? (
        <p className={styles.notice}>{t('call.silentFailed')}</p>
      ) : leg.silent ? (
        <div className={styles.notice}>
          <strong>{t('call.silent')}</strong>
          <p>{leg.path === 'connected' ? t('call.silentPeer') : t('call.silentNetwork')}</p>
        </div>
      ) : null}
    </div>
  );
}
