import type { LineGroup } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import { useKeep } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { useDraft } from '../forms/draft.ts';
import { Section } from '../forms/section.tsx';
import { useT } from '../i18n/index.ts';
import { PbxFields } from './group-fields.tsx';
import { type GroupValues, groupBody, newGroup } from './groups.ts';

export interface CreateGroupFormProps {
  locations: Location[];
  onDirty: (id: string, dirty: boolean) => void;
  onDone: (group: LineGroup) => void;
}

/** A new connection: the few things that must be known; the rest has good defaults. */
export function CreateGroupForm({ locations, onDirty, onDone }: CreateGroupFormProps) {
  const { t } = useT();
  const { api } = useServices();
  const keep = useKeep<LineGroup>('groups');
  const draft = useDraft<GroupValues>({ ...newGroup, locationId: locations[0]?.id ?? '' });
  return (
    <Section
      dirty={draft.dirty}
      submit={t('form.create')}
      onDirty={onDirty}
      check={() => ({
        ...(draft.values.name.trim() === '' ? { name: t('form.required') } : {}),
        ...(draft.values.registrarHost.trim() === '' ? { registrarHost: t('form.required') } : {}),
      })}
      onSave={async () => {
        const group = await api.post<LineGroup>('/v1/line-groups', groupBody(draft.values));
        keep(group);
        draft.reset(draft.values);
        onDone(group);
      }}
    >
      {(errors) => <PbxFields draft={draft} errors={errors} locations={locations} />}
    </Section>
  );
}
