import { Button } from '@fluentui/react-button';
import { CheckmarkRegular } from '@fluentui/react-icons/svg/checkmark';
import { ErrorCircleFilled } from '@fluentui/react-icons/svg/error-circle';
import { WarningFilled } from '@fluentui/react-icons/svg/warning';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Alert } from '@trunkline/contracts/alerts.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { formatMoment } from '@trunkline/ui/format/time.ts';
import { useGroups, useLines, useUsers } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import styles from './alert-list.module.css';
import { alertText, byUrgency } from './alerts.ts';

/** How often open alerts are asked for, ms. */
const refreshMs = 15_000;

export function useAlerts() {
  const { api } = useServices();
  return useQuery({
    queryKey: ['alerts'],
    queryFn: ({ signal }) => api.all<Alert>('/v1/alerts', { signal, limit: 200 }),
    refetchInterval: refreshMs,
  });
}

/** What the company is warned of, each with where to look and a way to tick it off. */
export function AlertList({ alerts }: { alerts: readonly Alert[] }) {
  const { t, language } = useT();
  const { api, client } = useServices();
  const [groups, lines, users] = [useGroups(), useLines(), useUsers()];
  const resolve = useMutation({
    mutationFn: (alert: Alert) => api.post<Alert>(`/v1/alerts/${alert.id}/resolve`, undefined),
    onSuccess: (_done, alert) =>
      client.setQueryData<Alert[]>(['alerts'], (list) =>
        list?.filter((each) => each.id !== alert.id),
      ),
  });
  const nameOf = (id: string | null): string =>
    groups.data?.find((group) => group.id === id)?.name ??
    users.data?.find((user) => user.id === id)?.displayName ??
    lines.data?.find((line) => line.id === id)?.number ??
    '–';
  return (
    <>
      <ul className={styles.alerts}>
        {byUrgency(alerts).map((alert) => {
          const text = t(`overview.alert.${alertText(alert)}`, {
            ...alert.params,
            subject: nameOf(alert.subject),
            kind: alert.kind,
          });
          const Icon = alert.severity === 'critical' ? ErrorCircleFilled : WarningFilled;
          const group = groups.data?.find(({ id }) => id === alert.subject);
          return (
            <li key={alert.id} data-severity={alert.severity}>
              <span className={styles.icon} aria-hidden="true">
                <Icon />
              </span>
              <div className={styles.words}>
                <p>{text}</p>
                <p className={styles.quiet}>
                  {t('overview.alertTimes', {
                    count: alert.count,
                    last: formatMoment(new Date(alert.lastAt), new Date(), language),
                  })}{' '}
                  {alert.kind === 'call_limit' ? (
                    <Link to="/limits">{t('nav.limits')}</Link>
                  ) : group ? (
                    <Link to="/lines/$groupId" params={{ groupId: group.id }}>
                      {t('overview.alertLook')}
                    </Link>
                  ) : null}
                </p>
              </div>
              <Button
                icon={<CheckmarkRegular />}
                aria-label={t('overview.alertResolveName', { text })}
                disabledFocusable={resolve.isPending}
                onClick={() => {
                  if (!resolve.isPending) resolve.mutate(alert);
                }}
              >
                {t('overview.alertResolve')}
              </Button>
            </li>
          );
        })}
      </ul>
      <p role="alert" className={styles.failure}>
        {resolve.isError ? errorText(resolve.error, language) : null}
      </p>
    </>
  );
}
