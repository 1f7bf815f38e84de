import { Button } from '@fluentui/react-button';
import { ArrowDownLeftRegular } from '@fluentui/react-icons/svg/arrow-down-left';
import { ArrowSyncRegular } from '@fluentui/react-icons/svg/arrow-sync';
import { ArrowUpRightRegular } from '@fluentui/react-icons/svg/arrow-up-right';
import { PauseRegular } from '@fluentui/react-icons/svg/pause';
import { PlayRegular } from '@fluentui/react-icons/svg/play';
import { Link } from '@tanstack/react-router';
import { type LineSipEvent, sipWatchMinutes } from '@trunkline/contracts/sip-events.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { createStore, useStore } from '@trunkline/ui/stores/store.ts';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useServices } from '../../app/services.ts';
import { useT } from '../../i18n/index.ts';
import styles from './sip-view.module.css';
import { maxMessages, type SipWatch, type SipWatchState, watchSip } from './sip-watch.ts';
import { wordsOf } from './sip-words.ts';

/** This near to its end a list follows what comes, pixels. */
const nearEnd = 48;
const nothing = createStore<SipWatchState | null>(null);

/** The live view of a line's SIP messages (LIN-021): state, pause, and the list. */
export function SipView({ lineId }: { lineId: string }) {
  const { t, language } = useT();
  const { api } = useServices();
  const [watch, setWatch] = useState<SipWatch | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const begun = watchSip((signal) => api.stream(`/v1/lines/${lineId}/sip-events`, { signal }));
    setWatch(begun);
    return begun.stop;
  }, [api, lineId, round]);
  const state = useStore<SipWatchState | null>(watch?.state ?? nothing);

  const phase = state?.phase ?? 'opening';
  const paused = state?.paused === true;
  const over = phase === 'ended' || phase === 'failed';
  const shown = over ? phase : paused ? 'paused' : phase;
  const waiting = state?.waiting.length ?? 0;
  return (
    <div className={styles.view}>
      <div className={styles.bar}>
        <p className={styles.state} data-state={shown} role="status">
          <span className={styles.dot} aria-hidden="true" />
          <strong>{t(`sipView.state.${shown}`)}</strong>
          <span className={styles.quiet}>
            {phase === 'failed' && state?.error
              ? errorText(state.error, language)
              : paused && waiting > 0
                ? t('sipView.waiting', { count: waiting })
                : over
                  ? null
                  : t('sipView.endsAfter', { minutes: sipWatchMinutes })}
          </span>
        </p>
        <span className={styles.actions}>
          <Button
            appearance="subtle"
            disabledFocusable={(state?.messages.length ?? 0) + waiting === 0}
            onClick={() => watch?.clear()}
          >
            {t('sipView.clear')}
          </Button>
          {over && !paused ? (
            <Button
              appearance="primary"
              icon={<ArrowSyncRegular />}
              onClick={() => setRound(round + 1)}
            >
              {t('sipView.again')}
            </Button>
          ) : (
            <Button
              icon={paused ? <PlayRegular /> : <PauseRegular />}
              onClick={() => watch?.pause(!paused)}
            >
              {t(paused ? 'sipView.resume' : 'sipView.pause')}
            </Button>
          )}
        </span>
      </div>
      {state?.dropped ? (
        <p className={styles.quiet}>{t('sipView.dropped', { count: maxMessages })}</p>
      ) : null}
      <Messages messages={state?.messages ?? []} />
      <p className={styles.quiet}>{t('sipView.privacy')}</p>
    </div>
  );
}

/** Scrolls along with what comes as long as its reader stands at the end. */
function Messages({ messages }: { messages: readonly LineSipEvent[] }) {
  const { t } = useT();
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    const node = list.current;
    if (node && follows.current) node.scrollTop = node.scrollHeight;
  }, [messages]);
  return (
    <div
      ref={list}
      className={styles.log}
      role="log"
      aria-label={t('sipView.log')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reached by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: node }) => {
        follows.current = node.scrollHeight - node.scrollTop - node.clientHeight < nearEnd;
      }}
    >
      {messages.length === 0 ? (
        <div className={styles.empty}>
          <p>
            <strong>{t('sipView.empty')}</strong>
          </p>
          <p className={styles.quiet}>{t('sipView.emptyBody')}</p>
        </div>
      ) : (
        <ol>
          {messages.map((message) => (
            <Message key={message.id} message={message} />
          ))}
        </ol>
      )}
    </div>
  );
}

function Message({ message }: { message: LineSipEvent }) {
  const { t, language } = useT();
  const { method, status, tone } = wordsOf(message);
  const at = new Date(message.at);
  const time = at.toLocaleTimeString(language, {
    hour12: false,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
  const Arrow = message.direction === 'in' ? ArrowDownLeftRegular : ArrowUpRightRegular;
  return (
    <li className={styles.message} data-tone={tone} data-direction={message.direction}>
      <time className={styles.time} dateTime={message.at}>
        {time}
      </time>
      <span className={styles.direction}>
        <Arrow aria-hidden="true" />
        <span>{t(`sipView.${message.direction}`)}</span>
      </span>
      <div className={styles.text}>
        <p>
          <strong>
            {t('sipView.says', {
              what: t(`sipView.method.${method}`),
              status: status === null ? t('sipView.asks') : t(`sipView.status.${status}`),
            })}
          </strong>
        </p>
        <p className={styles.quiet}>
          <code>{message.startLine}</code> · {t('sipView.peer')}{' '}
          <span className="tl-numeric">{message.peer}</span>
          {message.callId === null ? null : (
            <>
              {' · '}
              <Link to="/calls/$callId" params={{ callId: message.callId }}>
                {t('sipView.call')}
              </Link>
            </>
          )}
        </p>
        {message.text === null ? null : (
          <details className={styles.whole}>
            <summary>{t('sipView.whole')}</summary>
            <pre>{message.text}</pre>
          </details>
        )}
      </div>
    </li>
  );
}
