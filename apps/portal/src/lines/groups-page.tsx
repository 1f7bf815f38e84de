import { Button } from '@fluentui/react-button';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { PlugDisconnectedRegular } from '@fluentui/react-icons/svg/plug-disconnected';
import { Link, useNavigate } from '@tanstack/react-router';
import { readJson, writeItem } from '@trunkline/ui/browser/storage.ts';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { EmptyState, ErrorState } from '@trunkline/ui/components/states.tsx';
import { useState } from 'react';
import { useGroups, useLines, useLocations } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import { healthOfGroup } from '../overview/health.ts';
import { Page } from '../shell/page.tsx';
import table from '../shell/table.module.css';
import { useRecordedGroups } from './captures/captures.ts';
import { RecordingMark } from './captures/recording-mark.tsx';
import styles from './group-page.module.css';
import { groupFile } from './groups.ts';
import { HealthText } from './health-text.tsx';
import { readWizard, storageKey } from './wizard/wizard.ts';

/** The connections to telephone systems. */
export function GroupsPage() {
  const { t } = useT();
  const navigate = useNavigate();
  const [groups, lines, locations] = [useGroups(), useLines(), useLocations()];
  const recorded = useRecordedGroups();
  const key = storageKey(useServices().profile.id);
  const [begun, setBegun] = useState(() => readWizard(readJson(key)));
  const begin = () => void navigate({ to: '/lines/new', search: {} });
  const names = new Map(locations.data?.map((location) => [location.id, location.name]));
  const noLocation = locations.data?.length === 0;
  return (
    <Page
      heading={t('lines.heading')}
      purpose={t('lines.purpose')}
      example={{
        method: 'GET',
        path: '/v1/line-groups',
        file: {
          lineGroups: (groups.data ?? []).map((group) =>
            groupFile(group, names.get(group.locationId) ?? '', []),
          ),
        },
      }}
      actions={
        noLocation ? (
          <Button appearance="primary" onClick={() => void navigate({ to: '/numbers' })}>
            {t('lines.needLocation')}
          </Button>
        ) : (
          <Button appearance="primary" icon={<AddRegular />} onClick={begin}>
            {t('lines.add')}
          </Button>
        )
      }
    >
      {begun ? (
        <section className={styles.resume} aria-label={t('wizard.resume')}>
          <p>{t('wizard.resumeBody', { name: begun.values.name })}</p>
          <Button
            onClick={() => {
              writeItem(key, null);
              setBegun(null);
            }}
          >
            {t('wizard.discard')}
          </Button>
          <Button appearance="primary" onClick={begin}>
            {t('wizard.resume')}
          </Button>
        </section>
      ) : null}
      {groups.data === undefined && groups.isError ? (
        <ErrorState problem={groups.error} onRetry={() => void groups.refetch()} />
      ) : groups.data === undefined ? (
        <RowSkeletons count={3} />
      ) : groups.data.length === 0 ? (
        <EmptyState
          icon={<PlugDisconnectedRegular />}
          heading={t('lines.empty')}
          actions={
            noLocation ? null : (
              <Button appearance="primary" onClick={begin}>
                {t('wizard.heading')}
              </Button>
            )
          }
        >
          {t('lines.emptyBody')}
        </EmptyState>
      ) : (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t('lines.name')}</th>
                <th scope="col">{t('lines.registrar')}</th>
                <th scope="col">{t('lines.location')}</th>
                <th scope="col">{t('lines.state')}</th>
              </tr>
            </thead>
            <tbody>
              {groups.data.map((group) => (
                <tr key={group.id}>
                  <td>
                    <Link
                      to="/lines/$groupId"
                      params={{ groupId: group.id }}
                      className={table.open}
                    >
                      {group.name}
                    </Link>
                    {recorded.has(group.id) ? <RecordingMark /> : null}
                  </td>
                  <td data-label={t('lines.registrar')}>
                    {group.registrarHost}:{group.registrarPort}
                  </td>
                  <td data-label={t('lines.location')}>{names.get(group.locationId)}</td>
                  <td data-label={t('lines.state')}>
                    <HealthText health={healthOfGroup(group, lines.data ?? [])} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Page>
  );
}
