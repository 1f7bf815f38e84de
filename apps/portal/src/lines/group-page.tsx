import { Button } from '@fluentui/react-button';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { ArrowDownloadRegular } from '@fluentui/react-icons/svg/arrow-download';
import { ArrowLeftRegular } from '@fluentui/react-icons/svg/arrow-left';
import { CallRegular } from '@fluentui/react-icons/svg/call';
import { ListRegular } from '@fluentui/react-icons/svg/list';
import { useMutation } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { LineGroup } from '@trunkline/contracts/lines.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { MenuItem, Popover } from '@trunkline/ui/components/popover.tsx';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { EmptyState, ErrorState } from '@trunkline/ui/components/states.tsx';
import { useState } from 'react';
import { useGroups, useLines, useLocations, useTemplates } from '../app/queries.ts';
import { saveFile } from '../app/save-file.ts';
import { useServices } from '../app/services.ts';
import { GuardedDrawer } from '../forms/guarded-drawer.tsx';
import { useT } from '../i18n/index.ts';
import { NotFound } from '../shell/not-found.tsx';
import { Page } from '../shell/page.tsx';
import { AddMany } from './bulk/add-many.tsx';
import { runningOf, useCaptures } from './captures/captures.ts';
import { CapturesView } from './captures/captures-view.tsx';
import { RecordingMark } from './captures/recording-mark.tsx';
import styles from './group-page.module.css';
import { groupViews } from './group-view.ts';
import { groupFile } from './groups.ts';
import { LineForm } from './line-form.tsx';
import { LineSettings } from './line-settings.tsx';
import { LineTable } from './line-table.tsx';
import { OurSide } from './listener/our-side.tsx';
import { GroupSettingsView } from './settings/group-settings.tsx';
import { templateOf } from './settings/settings.ts';
import { isGeneral } from './settings/template-name.ts';

type Panel = { kind: 'new' } | { kind: 'many' } | { kind: 'line'; id: string } | null;

/** One connection: its lines with their live state, its settings, its captures. */
export function GroupPage() {
  const { t } = useT();
  const { groupId } = useParams({ from: '/shell/lines/$groupId' });
  const { view = 'lines' } = useSearch({ from: '/shell/lines/$groupId' });
  const [groups, lines, locations] = [useGroups(), useLines(), useLocations()];
  const templates = useTemplates();
  const recorded = runningOf(useCaptures(groupId).data) !== undefined;
  const [panel, setPanel] = useState<Panel>(null);
  const group = groups.data?.find((each) => each.id === groupId);
  const own = lines.data?.filter((line) => line.lineGroupId === groupId);
  const location = locations.data?.find((each) => each.id === group?.locationId);
  const chosen = panel?.kind === 'line' ? own?.find((line) => line.id === panel.id) : undefined;
  const failed = [groups, lines].find((query) => query.isError && query.data === undefined);
  const close = () => setPanel(null);
  const template = group ? templateOf(group, templates.data ?? []) : null;

  if (failed) return <ErrorState problem={failed.error} onRetry={() => void failed.refetch()} />;
  if (groups.data && !group) return <NotFound />;
  return (
    <Page
      heading={group?.name ?? '…'}
      purpose={
        group
          ? [
              t(`group.kinds.${group.kind}`),
              `${group.registrarHost}:${group.registrarPort}`,
              group.transport.toUpperCase(),
              ...(template && !isGeneral(template) ? [template.name] : []),
            ].join(' · ')
          : ''
      }
      example={{
        method: 'GET',
        path:
          view === 'captures'
            ? `/v1/line-groups/${groupId}/captures`
            : `/v1/lines?lineGroupId=${groupId}`,
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
        view === 'lines' && group ? (
          <>
            <ExportMenu group={group} />
            <Button icon={<ListRegular />} onClick={() => setPanel({ kind: 'many' })}>
              {t('bulk.add')}
            </Button>
            <Button
              appearance="primary"
              icon={<AddRegular />}
              onClick={() => setPanel({ kind: 'new' })}
            >
              {t('lines.addLine')}
            </Button>
          </>
        ) : null
      }
    >
      <nav className={styles.views} aria-label={t('group.views')}>
        <ul>
          {groupViews.map((each) => (
            <li key={each}>
              <Link
                to="/lines/$groupId"
                params={{ groupId }}
                search={each === 'lines' ? {} : { view: each }}
                className={styles.view}
                data-chosen={each === view}
                {...(each === view ? { 'aria-current': 'page' as const } : {})}
              >
                {t(`group.view.${each}`)}
                {each === 'captures' && recorded ? <RecordingMark /> : null}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {group === undefined || own === undefined ? (
        <RowSkeletons count={5} />
      ) : view === 'settings' ? (
        templates.data && locations.data ? (
          <GroupSettingsView
            key={group.id}
            group={group}
            locations={locations.data}
            templates={templates.data}
          />
        ) : templates.isError ? (
          <ErrorState problem={templates.error} onRetry={() => void templates.refetch()} />
        ) : (
          <RowSkeletons count={8} />
        )
      ) : view === 'captures' ? (
        <CapturesView group={group} lines={own} />
      ) : (
        <>
          {group.kind === 'trunk_static' ? <OurSide group={group} /> : null}
          {own.length === 0 ? (
            <EmptyState icon={<CallRegular />} heading={t('lines.noLines')}>
              {t('lines.noLinesBody')}
            </EmptyState>
          ) : (
            <LineTable group={group} lines={own} onOpen={(id) => setPanel({ kind: 'line', id })} />
          )}
        </>
      )}
      <GuardedDrawer open={panel?.kind === 'new'} heading={t('lines.addLine')} onClose={close}>
        {(onDirty) => <LineForm line={null} groupId={groupId} onDirty={onDirty} onDone={close} />}
      </GuardedDrawer>
      <GuardedDrawer open={panel?.kind === 'many'} heading={t('bulk.add')} onClose={close}>
        {(onDirty) => <AddMany groupId={groupId} onDirty={onDirty} />}
      </GuardedDrawer>
      <GuardedDrawer
        open={chosen !== undefined}
        heading={chosen ? t('lines.editLine', { line: chosen.number + chosen.suffix }) : ''}
        onClose={close}
      >
        {(onDirty) =>
          chosen ? (
            <LineSettings key={chosen.id} line={chosen} onDirty={onDirty} onDeleted={close} />
          ) : null
        }
      </GuardedDrawer>
    </Page>
  );
}

/** The lines as a file that can be imported again (LIN-060). */
function ExportMenu({ group }: { group: LineGroup }) {
  const { t, language } = useT();
  const { api } = useServices();
  const load = useMutation({
    mutationFn: async (onlyActive: boolean) =>
      saveFile(
        await api.download(`/v1/line-groups/${group.id}/lines/export`, { query: { onlyActive } }),
      ),
  });
  return (
    <>
      <Popover
        kind="menu"
        label={t('bulk.export')}
        place="bottomEnd"
        trigger={(props) => (
          <Button icon={<ArrowDownloadRegular />} {...props}>
            {t('bulk.export')}
          </Button>
        )}
      >
        {(done) =>
          [false, true].map((onlyActive) => (
            <MenuItem
              key={String(onlyActive)}
              icon={<ArrowDownloadRegular />}
              onClick={() => {
                load.mutate(onlyActive);
                done();
              }}
            >
              {t(onlyActive ? 'bulk.exportActive' : 'bulk.exportAll')}
            </MenuItem>
          ))
        }
      </Popover>
      <span role="alert" className={styles.failed}>
        {load.isError ? errorText(load.error, language) : null}
      </span>
    </>
  );
}
