import { Button } from '@fluentui/react-button';
import { CloudDismissRegular } from '@fluentui/react-icons/svg/cloud-dismiss';
import { WarningRegular } from '@fluentui/react-icons/svg/warning';
import { errorRegistry, type Problem } from '@trunkline/contracts/errors.ts';
import type { ReactNode } from 'react';
import { asApiError } from '../api/errors.ts';
import { useUiT } from '../i18n/use-ui-t.ts';
import styles from './states.module.css';

export interface EmptyStateProps {
  icon: ReactNode;
  heading: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** Nothing is here yet: says what would be, and how to get it. */
export function EmptyState({ icon, heading, children, actions }: EmptyStateProps) {
  return (
    <div className={styles.state}>
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <p className={styles.heading}>{heading}</p>
      {children ? <div className={styles.body}>{children}</div> : null}
      {actions ? <div className={styles.actions}>{actions}</div> : null}
    </div>
  );
}

export interface ErrorStateProps {
  /** What went wrong: a problem document or anything thrown. */
  problem: Problem | unknown;
  onRetry?: () => void;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'title' in value;
}

/** Something failed: the sentence of its code, the way out, the id to quote. */
export function ErrorState({ problem, onRetry }: ErrorStateProps) {
  const { t, language } = useUiT();
  const known = isProblem(problem);
  const error = known ? null : asApiError(problem);
  const code = known ? problem.code : (error?.code ?? 'internal');
  const traceId = known ? problem.traceId : error?.problem?.traceId;
  const offline = error?.unreachable ?? false;
  const wait = error?.retryAfterSeconds ?? null;
  return (
    <div className={styles.state} role="alert">
      <span className={`${styles.icon} ${styles.warn}`} aria-hidden="true">
        {offline ? <CloudDismissRegular /> : <WarningRegular />}
      </span>
      <p className={styles.heading}>
        {offline ? t('ui.error.offlineHeading') : t('ui.error.heading')}
      </p>
      <div className={styles.body}>
        {errorRegistry[code].title[language]}
        {wait === null ? null : ` ${t('ui.error.retryAfter', { count: wait })}`}
      </div>
      {traceId ? <div className={styles.trace}>{t('ui.error.trace', { id: traceId })}</div> : null}
      {onRetry ? (
        <div className={styles.actions}>
          <Button onClick={onRetry}>{t('ui.error.retry')}</Button>
        </div>
      ) : null}
    </div>
  );
}
