import { Button } from '@fluentui/react-button';
import { CallFilled } from '@fluentui/react-icons/svg/call';
import { CallDismissRegular } from '@fluentui/react-icons/svg/call-dismiss';
import { CallEndFilled } from '@fluentui/react-icons/svg/call-end';
import { CallForwardRegular } from '@fluentui/react-icons/svg/call-forward';
import { CallPauseRegular } from '@fluentui/react-icons/svg/call-pause';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { SpeakerMuteRegular } from '@fluentui/react-icons/svg/speaker-mute';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { MenuItem, Popover } from '@trunkline/ui/components/popover.tsx';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import { type OwnLine, ownDisplay } from '../people/own-display.ts';
import { notifyCall, partyName } from './alerts.ts';
import { may } from './permitted.ts';
import styles from './ring-cards.module.css';

const RedirectPanel = lazy(() => import('./redirect-panel.tsx'));

/** The calls that go on in this window: none, all of them can wait, or one would have to end. */
export type Running = 'none' | 'holdable' | 'ending';

export interface RingCardProps {
  call: CallView;
  lines: readonly OwnLine[];
  quiet: boolean;
  running: Running;
  onQuiet: () => void;
}

/** One call that rings: who calls whom, and what can be done. */
export function RingCard({ call, lines, quiet, running, onQuiet }: RingCardProps) {
  const { t, language } = useT();
  const { live, phone } = useServices();
  const presence = useStore(live.presences, (all) =>
    call.remote.userId === null ? undefined : all[call.remote.userId],
  );
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const card = useRef<HTMLElement>(null);
  const name = partyName(call, t('call.unknown'));
  const line = t('call.onLine', { line: ownDisplay(call.lineNumber, lines) });
  const talking = running !== 'none';
  const endAndAnswer = running === 'holdable' && may(call, 'answer');

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
    <section
      ref={card}
      className={styles.card}
      data-waiting={talking ? 'true' : undefined}
      aria-label={t('call.ringing', { name })}
    >
      <div className={styles.who}>
        <span className={styles.pulse}>
          <PersonAvatar
            name={call.remote.name ?? ''}
            presence={presence}
            badge={call.remote.userId !== null}
            size={talking ? 40 : 56}
          />
        </span>
        <span className={styles.text}>
          <span className={styles.kind}>{talking ? t('call.second') : t('call.incoming')}</span>
          <span className={styles.name}>{name}</span>
          <span className={styles.number}>
            {call.remote.name ? <span className="tl-numeric">{call.remote.display} · </span> : null}
            {line}
          </span>
          {call.forwardedBy ? (
            <span className={styles.number}>
              {t('call.forwardedBy', { name: call.forwardedBy.name ?? call.forwardedBy.display })}
            </span>
          ) : null}
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
      {sending ? (
        <Suspense fallback={<div className={styles.sending} />}>
          <RedirectPanel
            call={call}
            onDone={() => {
              if (card.current?.contains(document.activeElement))
                card.current.querySelector<HTMLElement>('[data-opens="redirect"]')?.focus();
              setSending(false);
            }}
          />
        </Suspense>
      ) : null}
      <div className={styles.actions}>
        {call.hideReject || !may(call, 'reject') ? null : (
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
        {!may(call, 'answer') ? null : running === 'holdable' ? (
          <button
            type="button"
            className={styles.answer}
            onClick={() => phone.answer(call.id, 'hold')}
          >
            <CallPauseRegular aria-hidden="true" />
            {t('call.answerHolding')}
            <kbd>{t('call.shortcutAnswer')}</kbd>
          </button>
        ) : (
          <button
            type="button"
            className={styles.answer}
            onClick={() => phone.answer(call.id, talking ? 'end' : 'hold')}
          >
            <CallFilled aria-hidden="true" />
            {talking ? t('call.answerEnding') : t('call.answer')}
            <kbd>{t('call.shortcutAnswer')}</kbd>
          </button>
        )}
      </div>
      {endAndAnswer || may(call, 'redirect') ? (
        <div className={styles.extras}>
          {may(call, 'redirect') ? (
            <Button
              data-opens="redirect"
              appearance="subtle"
              icon={<CallForwardRegular />}
              aria-expanded={sending}
              onClick={() => setSending(!sending)}
            >
              {t('call.sendTo')}
            </Button>
          ) : null}
          {endAndAnswer ? (
            <Button
              appearance="subtle"
              icon={<CallFilled />}
              onClick={() => phone.answer(call.id, 'end')}
            >
              {t('call.answerEnding')}
            </Button>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}
