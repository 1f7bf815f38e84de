import { Button } from '@fluentui/react-button';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { ArrowLeftRegular } from '@fluentui/react-icons/svg/arrow-left';
import { ArrowSyncRegular } from '@fluentui/react-icons/svg/arrow-sync';
import { CallRegular } from '@fluentui/react-icons/svg/call';
import { SettingsRegular } from '@fluentui/react-icons/svg/settings';
import { useMutation } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { Line } from '@trunkline/contracts/lines.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { EmptyState, ErrorState } from '@trunkline/ui/components/states.tsx';
import { useState } from 'react';
import { useGroups, useLines, useLocations } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { GuardedDrawer } from '../forms/guarded-drawer.tsx';
import { useT } from '../i18n/index.ts';
import { NotFound } from '../shell/not-found.tsx';
import { Page } from '../shell/page.tsx';
import table from '../shell/table.module.css';
import { GroupForm } from './group-form.tsx';
import styles from './group-page.module.css';
import { groupFile } from './groups.ts';
import { LineForm } from './line-form.tsx';
import { LineStateText } from './line-state.tsx';

type Panel = { kind: 'group' } | { kind: 'new' } | { kind: 'line'; id: string } | null;

/** One connection: its lines with their live state, its settings. */
export function GroupPage() {
  const { t } = useT();
  const { groupId } = useParams({ from: '/shell/lines/$groupId' });
  const [groups, lines, locations] = [useGroups(), useLines(), useLocations()];
  const [panel, setPanel] = useState<Panel>(null);
  const group = groups.data?.find((each) => each.id === groupId);
  const own = lines.data?.filter((line) => line.lineGroupId === groupId);
  const location = locations.data?.find((each) => each.id === group?.locationId);
  const chosen = panel?.kind === 'line' ? own?.find((line) => line.id === panel.id) : undefined;
  const failed = [groups, lines].find((query) => query.isError && query.data === undefined);
  const close = () => setPanel(null);

  if (failed) return <ErrorState problem={failed.error} onRetry={() => void failed.refetch()} />;
  if (groups.data && !group) return <NotFound />;
  return (
    <Page
      heading={group?.name ?? '…'}
      purpose={group ? `${group.registrarHost}:${group.registrarPort}` : ''}
      example={{
        method: 'GET',
        path: `/v1/lines?lineGroupId=${groupId}`,
        ...(group
          ? { file: { lineGroups: [groupFile(group, location?.name ?? '', own ?? [])] } }
          : {}),
      }}
      before={
        <Link to="/lines" className={styles.back}>
          <ArrowLeftRegular aria-hidden="true" />
          {t('lines.back')}
        </Link>
      }
      actions={
        <>
          <Button icon={<SettingsRegular />} onClick={() => setPanel({ kind: 'group' })}>
            {t('lines.edit')}
          </Button>
          <Button
            appearance="primary"
            icon={<AddRegular />}
            onClick={() => setPanel({ kind: 'new' })}
          >
            {t('lines.addLine')}
          </Button>
        </>
      }
    >
      {own === undefined ? (
        <RowSkeletons count={5} />
      ) : own.length === 0 ? (
        <EmptyState icon={<CallRegular />} heading={t('lines.noLines')}>
          {t('lines.noLinesBody')}
        </EmptyState>
      ) : (
        <LineTable lines={own} onOpen={(id) => setPanel({ kind: 'line', id })} />
      )}
      <GuardedDrawer
        open={panel?.kind === 'group' && group !== undefined}
        heading={t('lines.edit')}
        onClose={close}
      >
        {(onDirty) =>
          group ? (
            <GroupForm group={group} locations={locations.data ?? []} onDirty={onDirty} />
          ) : null
        }
      </GuardedDrawer>
      <GuardedDrawer open={panel?.kind === 'new'} heading={t('lines.addLine')} onClose={close}>
        {(onDirty) => <LineForm line={null} groupId={groupId} onDirty={onDirty} onDone={close} />}
      </GuardedDrawer>
      <GuardedDrawer
        open={chosen !== undefined}
        heading={chosen ? t('lines.editLine', { line: chosen.number + chosen.suffix }) : ''}
        onClose={close}
      >
        {(onDirty) =>
          chosen ? (
            <LineForm key={chosen.id} line={chosen} groupId={groupId} onDirty={onDirty} />
          ) : null
        }
      </GuardedDrawer>
    </Page>
  );
}

function LineTable({ lines, onOpen }: { lines: readonly Line[]; onOpen: (id: string) => void }) {
  const { t, language } = useT();
  const { api } = useServices();
  const reset = useMutation({
    mutationFn: (line: Line) => api.post<Line>(`/v1/lines/${line.id}/reset`, undefined),
  });
  const named = reset.variables ? reset.variables.number + reset.variables.suffix : '';
  return (
    <>
      <p role="status" className={reset.isError ? styles.failed : styles.done}>
        {reset.isSuccess ? t('lines.resetDone', { line: named }) : null}
        {reset.isError ? errorText(reset.error, language) : null}
      </p>
      <div className={table.wrap}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t('lines.number')}</th>
              <th scope="col">{t('lines.state')}</th>
              <th scope="col">{t('lines.users')}</th>
              <th scope="col">{t('lines.userName')}</th>
              <th scope="col">
                <span className="tl-hidden">{t('lines.reset')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => {
              const name = line.number + line.suffix;
              return (
                <tr key={line.id}>
                  <td>
                    <button
                      type="button"
                      className={table.open}
                      onClick={() => onOpen(line.id)}
                      aria-label={t('form.edit', { name })}
                    >
                      <span className="tl-numeric">{name}</span>
                    </button>
                  </td>
                  <td data-label="">
                    <LineStateText line={line} />
                  </td>
                  <td data-label={t('lines.users')}>
                    {line.users.length === 0 ? (
                      <span className={table.quiet}>{t('lines.nobody')}</span>
                    ) : (
                      line.users.map((user) => user.displayName).join(', ')
                    )}
                  </td>
                  <td data-label={t('lines.userName')}>{line.userName}</td>
                  <td className={table.end}>
                    <Button
                      appearance="subtle"
                      icon={<ArrowSyncRegular />}
                      aria-label={t('lines.resetName', { line: name })}
                      title={t('lines.resetName', { line: name })}
                      disabledFocusable={reset.isPending}
                      onClick={() => reset.mutate(line)}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
