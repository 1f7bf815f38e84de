import type { LineGroup } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import { type ReactNode, useState } from 'react';
import { useKeep } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { type Draft, useDraft } from '../forms/draft.ts';
import { Section } from '../forms/section.tsx';
import { useT } from '../i18n/index.ts';
import { CallFields, PbxFields, RegisterFields } from './group-fields.tsx';
import { type GroupValues, groupBody, newGroup } from './groups.ts';

export interface GroupFormProps {
  group: LineGroup;
  locations: Location[];
  onDirty: (id: string, dirty: boolean) => void;
}

type Part = 'pbx' | 'register' | 'calls';

function valuesOf(group: LineGroup): GroupValues {
  const picked = Object.keys(newGroup).map((field) => [field, group[field as keyof LineGroup]]);
  return { ...(Object.fromEntries(picked) as GroupValues), domain: group.domain ?? '' };
}

/** The settings of a line group in sections, each saved by itself. */
export function GroupForm({ group, locations, onDirty }: GroupFormProps) {
  const { t } = useT();
  const { api, client } = useServices();
  const keep = useKeep<LineGroup>('groups');
  const [version, setVersion] = useState(group.version);
  const drafts: Record<Part, Draft<GroupValues>> = {
    pbx: useDraft(valuesOf(group)),
    register: useDraft(valuesOf(group)),
    calls: useDraft(valuesOf(group)),
  };

  const section = (
    part: Part,
    heading: string,
    fields: (draft: Draft<GroupValues>, errors: Readonly<Record<string, string>>) => ReactNode,
  ) => {
    const draft = drafts[part];
    return (
      <Section
        heading={heading}
        dirty={draft.dirty}
        onDirty={onDirty}
        onDiscard={() => draft.reset()}
        onReload={() => {
          void client.refetchQueries({ queryKey: ['groups'] }).then(() => {
            const now = client
              .getQueryData<LineGroup[]>(['groups'])
              ?.find((each) => each.id === group.id);
            if (now) setVersion(now.version);
          });
        }}
        onSave={async () => {
          const saved = await api.patch<LineGroup>(
            `/v1/line-groups/${group.id}`,
            groupBody(draft.changes()),
            { version },
          );
          setVersion(saved.version);
          draft.reset(valuesOf(saved));
          keep(saved);
        }}
      >
        {(errors) => fields(draft, errors)}
      </Section>
    );
  };

  return (
    <>
      {section('pbx', t('lines.sectionPbx'), (draft, errors) => (
        <PbxFields draft={draft} errors={errors} locations={locations} />
      ))}
      {section('register', t('lines.sectionRegister'), (draft, errors) => (
        <RegisterFields draft={draft} errors={errors} />
      ))}
      {section('calls', t('lines.sectionCalls'), (draft, errors) => (
        <CallFields draft={draft} errors={errors} />
      ))}
    </>
  );
}
