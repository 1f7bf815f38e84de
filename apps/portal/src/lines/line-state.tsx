import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { ClockRegular } from '@fluentui/react-icons/svg/clock';
import { ErrorCircleFilled } from '@fluentui/react-icons/svg/error-circle';
import { SubtractCircleRegular } from '@fluentui/react-icons/svg/subtract-circle';
import type { Line, LineState } from '@trunkline/contracts/lines.ts';
import { formatMoment } from '@trunkline/ui/format/time.ts';
import { useT } from '../i18n/index.ts';
import styles from './line-state.module.css';
import { sipPhrase } from './sip-phrase.ts';

const icons = {
  open: CheckmarkCircleFilled,
  failed: ErrorCircleFilled,
  out_of_service: SubtractCircleRegular,
  uninitialised: ClockRegular,
} as const;

/** The plain sentence for a state, as a key; null when the state says it all. */
export function reasonKey(line: Pick<Line, 'state' | 'useLine'>) {
  const { state, reason } = line.state;
  if (state === 'open') return null;
  if (state === 'uninitialised') return 'waiting';
  if (!line.useLine) return 'off';
  return reason.category === 'none' ? null : reason.category;
}

/** State of a line: coloured icon, words, why; what the telephone system said below. */
export function LineStateText({ line }: { line: Pick<Line, 'state' | 'useLine'> }) {
  const { t, language } = useT();
  const { state } = line;
  const Icon = icons[state.state];
  const reason = reasonKey(line);
  const now = new Date();
  const moment = (at: string) => formatMoment(new Date(at), now, language);
  return (
    <div className={styles.state} data-state={state.state}>
      <span className={styles.icon} aria-hidden="true">
        <Icon />
      </span>
      <div>
        <p>
          <strong>{t(`lines.states.${state.state}`)}</strong>{' '}
          <span className={styles.quiet}>{t('lines.since', { time: moment(state.since) })}</span>
        </p>
        {reason ? <p>{t(`lines.reason.${reason}`)}</p> : null}
        <Protocol state={state} />
        {state.nextAttemptAt ? (
          <p className={styles.quiet}>{t('lines.next', { time: moment(state.nextAttemptAt) })}</p>
        ) : null}
      </div>
    </div>
  );
}

function Protocol({ state }: { state: LineState }) {
  const { t } = useT();
  const { sipCode, text } = state.reason;
  if (state.state === 'open' || (sipCode === null && text === '')) return null;
  return (
    <p className={styles.quiet}>
      {sipCode === null
        ? t('lines.said', { text })
        : t('lines.sip', { code: sipCode, text: sipPhrase(sipCode, text) })}
    </p>
  );
}
