import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { ErrorCircleFilled } from '@fluentui/react-icons/svg/error-circle';
import { InfoRegular } from '@fluentui/react-icons/svg/info';
import { WarningFilled } from '@fluentui/react-icons/svg/warning';
import { verdictWords } from '@trunkline/calls/verdict-texts.ts';
import type { CallVerdict } from '@trunkline/contracts/call-records.ts';
import { useT } from '../i18n/index.ts';
import styles from './verdict-text.module.css';

const icons = {
  ok: CheckmarkCircleFilled,
  notice: InfoRegular,
  warning: WarningFilled,
  error: ErrorCircleFilled,
} as const;

/** A call's verdict in plain words; with `full` also what to do about it. */
export function VerdictText({ verdict, full = false }: { verdict: CallVerdict; full?: boolean }) {
  const { language } = useT();
  const { text, remedy } = verdictWords(verdict, language);
  const Icon = icons[verdict.severity];
  return (
    <div className={full ? styles.full : styles.short} data-severity={verdict.severity}>
      <span className={styles.icon} aria-hidden="true">
        <Icon />
      </span>
      <div>
        <p className={styles.text}>{text}</p>
        {full && remedy ? <p className={styles.remedy}>{remedy}</p> : null}
      </div>
    </div>
  );
}
