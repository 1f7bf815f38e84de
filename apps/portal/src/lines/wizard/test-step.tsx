import { Button } from '@fluentui/react-button';
import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { ClockRegular } from '@fluentui/react-icons/svg/clock';
import { ErrorCircleFilled } from '@fluentui/react-icons/svg/error-circle';
import type { LineGroup } from '@trunkline/contracts/lines.ts';
import { useLines } from '../../app/queries.ts';
import { useT } from '../../i18n/index.ts';
import { healthOf } from '../../overview/health.ts';
import { AssignLine } from '../assign-line.tsx';
import { LineStateText } from '../line-state.tsx';
import styles from './wizard.module.css';

export interface TestStepProps {
  group: LineGroup;
  onAgain: () => void;
  onDone: () => void;
}

/** The green test: each line's live state, and who gets it (LIN-005). */
export function TestStep({ group, onAgain, onDone }: TestStepProps) {
  const { t } = useT();
  const lines = useLines();
  const own = lines.data?.filter((line) => line.lineGroupId === group.id) ?? [];
  const health = healthOf(own);
  const tone =
    health.failing.length > 0
      ? 'bad'
      : health.total > 0 && health.open === health.total
        ? 'good'
        : 'none';
  const Icon =
    tone === 'bad' ? ErrorCircleFilled : tone === 'good' ? CheckmarkCircleFilled : ClockRegular;
  return (
    <>
      <div className={styles.verdict} data-tone={tone} role="status">
        <Icon aria-hidden="true" />
        <div>
          <p className={styles.verdictText}>{t(`wizard.verdict.${tone}`)}</p>
          <p>{t('overview.ready', { open: health.open, total: health.total })}</p>
        </div>
        {tone === 'bad' ? <Button onClick={onAgain}>{t('wizard.again')}</Button> : null}
      </div>
      <ul className={styles.lines}>
        {own.map((line) => (
          <li key={line.id}>
            <span className={styles.number}>{line.number + line.suffix}</span>
            <LineStateText line={line} />
            <AssignLine line={line} />
          </li>
        ))}
      </ul>
      <div>
        <Button appearance={tone === 'good' ? 'primary' : 'secondary'} onClick={onDone}>
          {t('wizard.finish')}
        </Button>
      </div>
    </>
  );
}
