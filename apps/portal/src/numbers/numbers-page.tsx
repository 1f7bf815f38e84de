import { Button } from '@fluentui/react-button';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { BuildingRegular } from '@fluentui/react-icons/svg/building';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { EmptyState, ErrorState } from '@trunkline/ui/components/states.tsx';
import { useState } from 'react';
import { useLocations } from '../app/queries.ts';
import { GuardedDrawer } from '../forms/guarded-drawer.tsx';
import { useT } from '../i18n/index.ts';
import { Page } from '../shell/page.tsx';
import table from '../shell/table.module.css';
import { LocationForm } from './location-form.tsx';
import { blockText, locationFile } from './locations.ts';

/** Sites and what their numbers look like from outside. */
export function NumbersPage() {
  const { t } = useT();
  const locations = useLocations();
  const [open, setOpen] = useState<string | 'new' | null>(null);
  const chosen = locations.data?.find((location) => location.id === open);
  return (
    <Page
      heading={t('numbers.heading')}
      purpose={t('numbers.purpose')}
      example={{
        method: 'GET',
        path: '/v1/locations',
        file: { locations: (locations.data ?? []).map(locationFile) },
      }}
      actions={
        <Button appearance="primary" icon={<AddRegular />} onClick={() => setOpen('new')}>
          {t('numbers.add')}
        </Button>
      }
    >
      {locations.data === undefined && locations.isError ? (
        <ErrorState problem={locations.error} onRetry={() => void locations.refetch()} />
      ) : locations.data === undefined ? (
        <RowSkeletons count={3} />
      ) : locations.data.length === 0 ? (
        <EmptyState icon={<BuildingRegular />} heading={t('numbers.empty')}>
          {t('numbers.emptyBody')}
        </EmptyState>
      ) : (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t('numbers.name')}</th>
                <th scope="col">{t('numbers.base')}</th>
                <th scope="col">{t('numbers.zone')}</th>
              </tr>
            </thead>
            <tbody>
              {locations.data.map((location) => (
                <tr key={location.id}>
                  <td>
                    <button
                      type="button"
                      className={table.open}
                      onClick={() => setOpen(location.id)}
                      aria-label={t('form.edit', { name: location.name })}
                    >
                      {location.name}
                    </button>
                  </td>
                  <td data-label={t('numbers.base')} className="tl-numeric">
                    {blockText(location)}
                  </td>
                  <td data-label={t('numbers.zone')}>{location.timeZone}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <GuardedDrawer open={open === 'new'} heading={t('numbers.add')} onClose={() => setOpen(null)}>
        {(onDirty) => (
          <LocationForm location={null} onDirty={onDirty} onDone={({ id }) => setOpen(id)} />
        )}
      </GuardedDrawer>
      <GuardedDrawer
        open={chosen !== undefined}
        heading={chosen?.name ?? ''}
        onClose={() => setOpen(null)}
      >
        {(onDirty) =>
          chosen ? <LocationForm key={chosen.id} location={chosen} onDirty={onDirty} /> : null
        }
      </GuardedDrawer>
    </Page>
  );
}
