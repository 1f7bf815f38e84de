import { Button } from '@fluentui/react-button';
import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { ClockRegular } from '@fluentui/react-icons/svg/clock';
import { ErrorCircleFilled } from '@fluentui/react-icons/svg/error-circle';
import { PlugDisconnectedRegular } from '@fluentui/react-icons/svg/plug-disconnected';
import { Link, useNavigate } from '@tanstack/react-router';
import { Bone } from '@trunkline/ui/components/skeleton.tsx';
import { ErrorState } from '@trunkline/ui/components/states.tsx';
import type { ReactNode } from 'react';
import { useGroups, useLines, useLocations, useUsers } from '../app/queries.ts';
import { useT } from '../i18n/index.ts';
import { LineStateText } from '../lines/line-state.tsx';
import { Page } from '../shell/page.tsx';
import { AlertList, useAlerts } from './alert-list.tsx';
import { type Health, healthOf, healthOfGroup } from './health.ts';
import styles from './overview-page.module.css';

/** Are the lines up, and what needs somebody? */
export function OverviewPage() {
  const { t } = useT();
  const [lines, groups, users, locations] = [useLines(), useGroups(), useUsers(), useLocations()];
  const alerts = useAlerts();
  const failed = [lines, groups].find((query) => query.isError && query.data === undefined);
  const active = users.data?.filter((user) => user.enabled) ?? [];
  const without = active.filter((user) => !user.phones.some((phone) => phone.lineId !== null));
  return (
    <Page
      heading={t('overview.heading')}
      purpose={t('overview.purpose')}
      example={{ method: 'GET', path: '/v1/lines?limit=200' }}
    >
      {failed ? (
        <ErrorState
          problem={failed.error}
          onRetry={() => {
            void lines.refetch();
            void groups.refetch();
          }}
        />
      ) : lines.data && groups.data ? (
        <>
          <Verdict health={healthOf(lines.data)} />
          <div className={styles.columns}>
            <section className={styles.card} aria-labelledby="groups">
              <h2 id="groups">{t('overview.groups')}</h2>
              <ul>
                {groups.data.map((group) => {
                  const health = healthOfGroup(group, lines.data ?? []);
                  const share = health.total === 0 ? 0 : health.open / health.total;
                  return (
                    <li key={group.id} className={styles.group}>
                      <Link to="/lines/$groupId" params={{ groupId: group.id }}>
                        {group.name}
                      </Link>
                      <span className={styles.share}>
                        {t('overview.ready', { open: health.open, total: health.total })}
                      </span>
                      <span className={styles.bar} aria-hidden="true">
                        <span
                          style={{ width: `${share * 100}%` }}
                          data-full={health.open === health.total}
                        />
                      </span>
                    </li>
                  );
                })}
              </ul>
            </section>
            <section className={styles.card} aria-labelledby="attention">
              <h2 id="attention">{t('overview.attention')}</h2>
              {alerts.data && alerts.data.length > 0 ? <AlertList alerts={alerts.data} /> : null}
              {alerts.isError && alerts.data === undefined ? (
                <p role="alert" className={styles.quiet}>
                  {t('overview.alertsFailed')}
                </p>
              ) : null}
              {healthOf(lines.data).failing.length === 0 && (alerts.data?.length ?? 0) === 0 ? (
                <p className={styles.quiet}>{t('overview.allWellBody')}</p>
              ) : (
                <ul>
                  {healthOf(lines.data)
                    .failing.slice(0, 6)
                    .map((line) => (
                      <li key={line.id} className={styles.trouble}>
                        <Link
                          to="/lines/$groupId"
                          params={{ groupId: line.lineGroupId }}
                          aria-label={t('overview.fix', { line: line.number + line.suffix })}
                        >
                          {line.number}
                          {line.suffix}
                        </Link>
                        <LineStateText line={line} />
                      </li>
                    ))}
                </ul>
              )}
            </section>
          </div>
        </>
      ) : (
        <div aria-hidden="true" className={styles.waiting}>
          <Bone height={92} />
          <Bone height={220} />
        </div>
      )}
      <ul className={styles.numbers}>
        <Figure
          to="/people"
          label={t('overview.people')}
          value={users.data ? active.length : null}
          more={without.length > 0 ? t('overview.peopleWithout', { count: without.length }) : null}
        />
        <Figure
          to="/lines"
          label={t('overview.linesTotal')}
          value={lines.data?.length ?? null}
          more={null}
        />
        <Figure
          to="/numbers"
          label={t('overview.locations')}
          value={locations.data?.length ?? null}
          more={null}
        />
      </ul>
    </Page>
  );
}

function Verdict({ health }: { health: Health }) {
  const { t } = useT();
  const navigate = useNavigate();
  const [tone, icon, heading, body]: [string, ReactNode, string, string] =
    health.total === 0
      ? [
          'none',
          <PlugDisconnectedRegular key="i" />,
          t('overview.noLines'),
          t('overview.noLinesBody'),
        ]
      : health.failing.length > 0
        ? [
            'bad',
            <ErrorCircleFilled key="i" />,
            t('overview.trouble', { count: health.failing.length }),
            t('overview.ready', { open: health.open, total: health.total }),
          ]
        : health.waiting.length > 0
          ? [
              'none',
              <ClockRegular key="i" />,
              t('overview.waiting', { count: health.waiting.length }),
              t('overview.ready', { open: health.open, total: health.total }),
            ]
          : [
              'good',
              <CheckmarkCircleFilled key="i" />,
              t('overview.allWell'),
              t('overview.ready', { open: health.open, total: health.total }),
            ];
  return (
    <section className={styles.verdict} data-tone={tone} role="status">
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <div>
        <h2>{heading}</h2>
        <p>{body}</p>
      </div>
      {health.total === 0 ? (
        <Button
          appearance="primary"
          onClick={() => void navigate({ to: '/lines/new', search: {} })}
        >
          {t('overview.startLines')}
        </Button>
      ) : null}
    </section>
  );
}

interface FigureProps {
  to: '/people' | '/lines' | '/numbers';
  label: string;
  value: number | null;
  more: string | null;
}

function Figure({ to, label, value, more }: FigureProps) {
  return (
    <li>
      <Link to={to} className={styles.figure}>
        <span className={styles.value}>
          {value === null ? <Bone width={32} height={28} /> : value}
        </span>
        <span>{label}</span>
        <span className={styles.more}>{more}</span>
      </Link>
    </li>
  );
}
