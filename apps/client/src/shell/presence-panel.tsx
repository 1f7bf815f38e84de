import { PresenceBadge as FluentPresenceBadge } from '@fluentui/react-badge';
import { Button } from '@fluentui/react-button';
import { ArrowSyncRegular } from '@fluentui/react-icons/svg/arrow-sync';
import { SignOutRegular } from '@fluentui/react-icons/svg/sign-out';
import { useQuery } from '@tanstack/react-query';
import type { ManualState, OwnPresence } from '@trunkline/contracts/presence.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { fluentStatus, usePresenceWords } from '@trunkline/ui/components/presence.tsx';
import { formatMoment } from '@trunkline/ui/format/time.ts';
import { usePresence } from '@trunkline/ui/stores/live.ts';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useId, useState } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import { type End, endOf, ends } from './presence-ends.ts';
import styles from './presence-menu.module.css';

const choices: readonly ManualState[] = [
  'available',
  'busy',
  'do_not_disturb',
  'away',
  'appear_offline',
];

const endWords = {
  open: 'presence.untilChanged',
  half: 'presence.until30',
  hour: 'presence.until60',
  evening: 'presence.untilEvening',
  midnight: 'presence.untilMidnight',
} as const satisfies Record<End, string>;

/** State, note, until when; below it why others see what they see. */
export default function PresencePanel({ onClose }: { onClose: () => void }) {
  const { t, language } = useT();
  const { api, live, profile, realtime, session } = useServices();
  const words = usePresenceWords();
  const own = usePresence(live, profile.id);
  const manual = useStore(live.manual);
  const [state, setState] = useState<ManualState | null>(manual?.state ?? null);
  const [note, setNote] = useState(manual?.note ?? '');
  const [end, setEnd] = useState<End | 'same'>(manual?.until ? 'same' : 'open');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();
  const why = useQuery({
    queryKey: ['presence', 'facts', own?.state, own?.since],
    queryFn: ({ signal }) => api.get<OwnPresence>('/v1/me/presence', { signal }),
    retry: false,
    staleTime: 0,
  });

  async function apply(): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      const until = end === 'same' ? (manual?.until ?? null) : endOf(end, new Date());
      await realtime.command('presence.set', { state, note: note.trim(), until });
      onClose();
    } catch (error) {
      setBusy(false);
      setProblem(`${t('presence.failed')} ${errorText(error, language)}`);
    }
  }

  function factWords(fact: OwnPresence['facts'][number]): string {
    const time = formatMoment(new Date(fact.since), new Date(), language);
    if (fact.source === 'session') return t('presence.factSession', { time });
    if (fact.source === 'telephony')
      return fact.state === 'ringing'
        ? t('presence.factRinging', { time })
        : t('presence.factTelephony', { time });
    const set = choices.find((choice) => choice === fact.state);
    return t('presence.factManual', {
      time,
      state: set ? t(`presence.${set}`) : t('presence.automatic'),
    });
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void apply();
      }}
    >
      <div className={styles.who}>
        <span className={styles.name}>{profile.displayName}</span>
        <span className={styles.identity}>{profile.identity}</span>
        <span className={styles.now}>{words(own)}</span>
      </div>
      <fieldset className={styles.states}>
        <legend className="tl-hidden">{t('presence.heading')}</legend>
        {[null, ...choices].map((choice) => (
          <label key={choice ?? 'automatic'} className={styles.state}>
            <input
              type="radio"
              name={`${id}-state`}
              checked={state === choice}
              data-first={state === choice ? '' : undefined}
              onChange={() => setState(choice)}
            />
            <span className={styles.badge} aria-hidden="true">
              {choice === null ? (
                <ArrowSyncRegular />
              ) : (
                <FluentPresenceBadge
                  size="medium"
                  status={choice === 'appear_offline' ? 'offline' : fluentStatus[choice]}
                />
              )}
            </span>
            <span>
              {choice === null ? t('presence.automatic') : t(`presence.${choice}`)}
              {choice === null ? (
                <span className={styles.hint}> · {t('presence.automaticHint')}</span>
              ) : null}
            </span>
          </label>
        ))}
      </fieldset>
      <label className={styles.label} htmlFor={`${id}-note`}>
        {t('presence.note')}
      </label>
      <input
        id={`${id}-note`}
        className={styles.input}
        value={note}
        maxLength={200}
        placeholder={t('presence.notePlaceholder')}
        onChange={(event) => setNote(event.target.value)}
      />
      <label className={styles.label} htmlFor={`${id}-end`}>
        {t('presence.until')}
      </label>
      <select
        id={`${id}-end`}
        className={styles.input}
        value={end}
        onChange={(event) => setEnd(event.target.value as End | 'same')}
      >
        {manual?.until ? (
          <option value="same">{formatMoment(new Date(manual.until), new Date(), language)}</option>
        ) : null}
        {ends(new Date()).map((each) => (
          <option key={each} value={each}>
            {t(endWords[each])}
          </option>
        ))}
      </select>
      <div role="alert">{problem ? <p className={styles.problem}>{problem}</p> : null}</div>
      <Button type="submit" appearance="primary" disabledFocusable={busy}>
        {t('presence.save')}
      </Button>
      {why.data ? (
        <details className={styles.why}>
          <summary>{t('presence.why')}</summary>
          {why.data.facts.length === 0 ? (
            <p>{t('presence.whyEmpty')}</p>
          ) : (
            <ul>
              {why.data.facts.map((each) => (
                <li key={`${each.source}-${each.since}`} data-role={each.role}>
                  <span>{factWords(each)}</span>
                  <span className={styles.role}>{t(`presence.${each.role}`)}</span>
                </li>
              ))}
            </ul>
          )}
        </details>
      ) : null}
      <Button
        appearance="subtle"
        icon={<SignOutRegular />}
        className={styles.out ?? ''}
        onClick={() => {
          session.signOut().catch(() => {
            // Not reached: this browser is signed out all the same, the session ends by itself.
          });
        }}
      >
        {t('presence.signOut')}
      </Button>
    </form>
  );
}
