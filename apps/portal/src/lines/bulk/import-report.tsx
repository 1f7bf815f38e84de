import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { ErrorCircleFilled } from '@fluentui/react-icons/svg/error-circle';
import { InfoRegular } from '@fluentui/react-icons/svg/info';
import type { LineImportResult } from '@trunkline/contracts/lines.ts';
import { messageKey } from '../../forms/messages.ts';
import { useT } from '../../i18n/index.ts';
import styles from './bulk.module.css';

const icons = {
  added: CheckmarkCircleFilled,
  skipped: InfoRegular,
  failed: ErrorCircleFilled,
} as const;
const order = { failed: 0, skipped: 1, added: 2 } as const;

/** What became of each row; what needs somebody comes first. */
export function ImportReport({ result }: { result: LineImportResult }) {
  const { t } = useT();
  const rows = result.rows.toSorted(
    (one, two) => order[one.outcome] - order[two.outcome] || one.row - two.row,
  );
  const why = ({ code, detail }: LineImportResult['rows'][number]): string => {
    if (code === 'already_exists') return t('bulk.taken');
    // The service says `field: message`, in English.
    const key = messageKey(detail?.replace(/^[\w.]*: /, '') ?? '');
    return key ? t(`message.${key}`) : (detail ?? t('form.check'));
  };
  return (
    <section className={styles.report} aria-label={t('bulk.report')}>
      <h3>
        {t('bulk.summary', {
          added: result.added,
          skipped: result.skipped,
          failed: result.failed,
        })}
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard */}
      <ul className={styles.rows} tabIndex={0} aria-label={t('bulk.report')}>
        {rows.map((row) => {
          const Icon = icons[row.outcome];
          return (
            <li key={row.row} data-outcome={row.outcome}>
              <Icon aria-hidden="true" />
              <span className={styles.number}>{t('bulk.row', { row: row.row })}</span>
              <strong>{row.userName ?? '–'}</strong>
              <span>
                {t(`bulk.outcome.${row.outcome}`)}
                {row.outcome === 'failed' ? `: ${why(row)}` : ''}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
