import { Button } from '@fluentui/react-button';
import { CallFilled } from '@fluentui/react-icons/svg/call';
import { CallDismissRegular } from '@fluentui/react-icons/svg/call-dismiss';
import { CallEndFilled } from '@fluentui/react-icons/svg/call-end';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { SpeakerMuteRegular } from '@fluentui/react-icons/svg/speaker-mute';
import { useQuery } from '@tanstack/react-query';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { MenuItem, Popover } from '@trunkline/ui/components/popover.tsx';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useEffect, useRef, useState } from 'react';
import { useServices } from '../app/services.ts';
import { meQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { ownDisplay } from '../people/own-display.ts';
import { blinkTitle, notifyCall, partyName, ringUntil } from './alerts.ts';
import styles from './ring-cards.module.css';

/** Calls that ring here. `Alt+A` and `Alt+R` act on the oldest one. */
export default function RingCards({ calls }: { calls: readonly CallView[] }) {
  const { t } = useT();
  const { phone, tones } = useServices();
  const busy = useStore(phone.legs, (legs) => legs.some((leg) => leg.phase !== 'failed'));
  const [quiet, setQuiet] = useState(false);
  const first = calls[0];
  const name = first ? partyName(first, t('call.unknown')) : '';

  useEffect(() => {
    if (quiet || busy) return;
    return ringUntil(tones);
  }, [quiet, busy, tones]);

  useEffect(() => blinkTitle(t('call.ringing', { name })), [name, t]);

  const latest = useRef({ first, phone });
  latest.current = { first, phone };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { first: call, phone: own } = latest.current;
      if (!call || !event.altKey || event.ctrlKey || event.metaKey) return;
      // By place on the keyboard: with Alt held, macOS sends another character.
      if (event.code === 'KeyA' || event.key.toLowerCase() === 'a') own.answer(call.id);
      else if ((event.code === 'KeyR' || event.key.toLowerCase() === 'r') && !call.hideReject)
        own.reject(call.id).catch(() => {
          // Gone meanwhile: the next event takes the card away.
        });
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className={styles.cards}>
      {calls.map((call) => (
        <RingCard
          key={call.id}
          call={call}
          quiet={quiet || busy}
          ending={busy}
          onQuiet={() => setQuiet(true)}
        />
      ))}
    </div>
  );
}

interface RingCardProps {
  call: CallView;
  quiet: boolean;
  ending: boolean;
  onQuiet: () => void;
}

function RingCard({ call, quiet, ending, onQuiet }: RingCardProps) {
  const { t, language } = useT();
  const { api, live, phone, profile } = useServices();
  const lines = useQuery(meQuery(api, profile.id)).data?.lines ?? [];
  const presence = useStore(live.presences, (all) =>
    call.remote.userId === null ? undefined : all[call.remote.userId],
  );
  const [problem, setProblem] = useState<string | null>(null);
  const name = partyName(call, t('call.unknown'));
  const line = t('call.onLine', { line: ownDisplay(call.lineNumber, lines) });

  useEffect(
    () => notifyCall(call, t('call.notificationTitle', { name }), line),
    // One notification a call: later states of the same call change nothing in it.
    [call.id],
  );

  function reject(variant: 'busy' | 'decline'): void {
    phone.reject(call.id, variant).catch((error: unknown) => {
      setProblem(errorText(error, language));
    });
  }

  return (
    <section className={styles.card} aria-label={t('call.ringing', { name })}>
      <div className={styles.who}>
        <span className={styles.pulse}>
          <PersonAvatar
            name={call.remote.name ?? ''}
            presence={presence}
            badge={call.remote.userId !== null}
            size={56}
          />
        </span>
        <span className={styles.text}>
          <span className={styles.kind}>{t('call.incoming')}</span>
          <span className={styles.name}>{name}</span>
          <span className={styles.number}>
            {call.remote.name ? <span className="tl-numeric">{call.remote.display} · </span> : null}
            {line}
          </span>
        </span>
        {quiet ? null : (
          <Button
            appearance="subtle"
            icon={<SpeakerMuteRegular />}
            aria-label={t('call.silence')}
            title={t('call.silence')}
            onClick={onQuiet}
          />
        )}
      </div>
      <div role="alert">{problem ? <p className={styles.problem}>{problem}</p> : null}</div>
      <div className={styles.actions}>
        {call.hideReject ? null : (
          <span className={styles.split}>
            <button type="button" className={styles.reject} onClick={() => reject('busy')}>
              <CallEndFilled aria-hidden="true" />
              {t('call.reject')}
              <kbd>{t('call.shortcutReject')}</kbd>
            </button>
            <Popover
              kind="menu"
              label={t('call.rejectMore')}
              place="topEnd"
              trigger={(props) => (
                <button
                  type="button"
                  className={styles.more}
                  aria-label={t('call.rejectMore')}
                  {...props}
                >
                  <ChevronDownRegular />
                </button>
              )}
            >
              {(close) => (
                <>
                  <MenuItem
                    icon={<CallEndFilled />}
                    onClick={() => {
                      close();
                      reject('busy');
                    }}
                  >
                    {t('call.rejectBusy')}
                  </MenuItem>
                  <MenuItem
                    icon={<CallDismissRegular />}
                    onClick={() => {
                      close();
                      reject('decline');
                    }}
                  >
                    {t('call.rejectDecline')}
                  </MenuItem>
                </>
              )}
            </Popover>
          </span>
        )}
        <button type="button" className={styles.answer} onClick={() => phone.answer(call.id)}>
          <CallFilled aria-hidden="true" />
          {ending ? t('call.answerEnding') : t('call.answer')}
          <kbd>{t('call.shortcutAnswer')}</kbd>
        </button>
      </div>
    </section>
  );
}
