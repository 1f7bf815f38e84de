import { Button } from '@fluentui/react-button';
import { CallEndFilled } from '@fluentui/react-icons/svg/call-end';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { ChevronUpRegular } from '@fluentui/react-icons/svg/chevron-up';
import { DialpadRegular } from '@fluentui/react-icons/svg/dialpad';
import { MicRegular } from '@fluentui/react-icons/svg/mic';
import { MicOffFilled } from '@fluentui/react-icons/svg/mic-off';
import { useQuery } from '@tanstack/react-query';
import { errorRegistry } from '@trunkline/contracts/errors.ts';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { RunningTimer } from '@trunkline/ui/components/time-text.tsx';
import { groupNumber } from '@trunkline/ui/format/number.ts';
import { useState } from 'react';
import { useServices } from '../app/services.ts';
import { peopleQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { personOfNumber } from '../people/find.ts';
import { partyName } from './alerts.ts';
import styles from './call-card.module.css';
import { Keypad } from './keypad.tsx';
import { MediaNotice } from './media-notice.tsx';
import { QualityBars } from './quality-bars.tsx';
import { endKey, type ShownCall, stateKey } from './shown-calls.ts';

/** A call of the user: who, how long, what can be done. */
export default function CallCard({ shown: { key, leg, call } }: { shown: ShownCall }) {
  const { t, language } = useT();
  const { api, phone, profile } = useServices();
  const people = useQuery(peopleQuery(api, profile.id, language)).data ?? [];
  const [keypad, setKeypad] = useState(false);
  const [small, setSmall] = useState(false);

  const known = leg?.typed ? personOfNumber(people, leg.typed) : undefined;
  const name = call
    ? partyName(call, t('call.unknown'))
    : (known?.person.displayName ?? groupNumber(leg?.typed ?? ''));
  const number = call?.remote.name ? call.remote.display : known?.display;
  const ended = call?.state === 'ended';
  const failed = leg?.phase === 'failed';
  const connected = call?.state === 'connected';
  const elsewhere = leg === null && !ended;
  const emergency = leg?.emergency || call?.emergency;
  const legKey = leg?.key ?? key;

  const status = ended
    ? t(`call.end.${endKey(call)}`)
    : failed
      ? t('call.end.failed')
      : elsewhere
        ? t('call.elsewhere')
        : t(`call.state.${stateKey(leg, call)}`);

  return (
    <section
      className={styles.card}
      data-small={small}
      data-emergency={emergency ? 'true' : undefined}
      aria-label={`${t('call.region')}: ${name}`}
    >
      <header className={styles.head}>
        <PersonAvatar name={known || call?.remote.name ? name : ''} badge={false} size={48} />
        <span className={styles.text}>
          {emergency ? <span className={styles.emergency}>{t('call.emergency')}</span> : null}
          <span className={styles.name}>{name}</span>
          <span className={styles.status}>
            {number ? <span className="tl-numeric">{number} · </span> : null}
            {connected && call.answeredAt ? <RunningTimer since={call.answeredAt} /> : status}
            {leg?.muted ? ` · ${t('call.muted')}` : null}
          </span>
          {elsewhere && connected ? <span className={styles.status}>{status}</span> : null}
        </span>
        {leg && connected ? <QualityBars quality={leg.quality} /> : null}
        {leg && !failed ? (
          <Button
            appearance="subtle"
            icon={small ? <ChevronUpRegular /> : <ChevronDownRegular />}
            aria-label={small ? t('call.restore') : t('call.minimise')}
            onClick={() => setSmall(!small)}
          />
        ) : null}
      </header>

      {leg ? <MediaNotice leg={leg} onPlay={() => phone.play(leg.key)} /> : null}
      {leg?.error ? (
        <p role="alert" className={styles.problem}>
          {errorRegistry[leg.error].title[language]}
        </p>
      ) : null}

      {leg && keypad && !small && !ended && !failed ? (
        <Keypad onPress={(digit) => phone.press(leg.key, digit)} />
      ) : null}

      {ended ? null : failed ? (
        <div className={styles.actions}>
          <Button onClick={() => phone.dismiss(legKey)}>{t('call.dismiss')}</Button>
          {leg?.typed ? (
            <Button appearance="primary" onClick={() => phone.dial(leg.typed ?? '')}>
              {t('call.again')}
            </Button>
          ) : null}
        </div>
      ) : (
        <div className={styles.controls}>
          {leg ? (
            <>
              <button
                type="button"
                className={styles.round}
                aria-pressed={leg.muted}
                aria-label={leg.muted ? t('call.unmute') : t('call.mute')}
                title={leg.muted ? t('call.unmute') : t('call.mute')}
                onClick={() => phone.mute(leg.key, !leg.muted)}
              >
                {leg.muted ? <MicOffFilled /> : <MicRegular />}
              </button>
              <button
                type="button"
                className={styles.round}
                aria-pressed={keypad}
                aria-expanded={keypad && !small}
                aria-label={t('call.keypad')}
                title={t('call.keypad')}
                onClick={() => {
                  setKeypad(small ? true : !keypad);
                  setSmall(false);
                }}
              >
                <DialpadRegular />
              </button>
            </>
          ) : null}
          <button type="button" className={styles.hangUp} onClick={() => phone.hangUp(legKey)}>
            <CallEndFilled aria-hidden="true" />
            {connected ? t('call.hangUp') : t('call.cancel')}
          </button>
        </div>
      )}
    </section>
  );
}
