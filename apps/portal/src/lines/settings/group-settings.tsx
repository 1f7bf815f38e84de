import type { LineGroup } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { type ReactNode, useState } from 'react';
import { useKeep } from '../../app/queries.ts';
import { useServices } from '../../app/services.ts';
import { type Draft, useDraft } from '../../forms/draft.ts';
import { Section } from '../../forms/section.tsx';
import { useUnsaved } from '../../forms/unsaved.tsx';
import { useT } from '../../i18n/index.ts';
import { OurSide } from '../listener/our-side.tsx';
import { AtThePbx } from './at-the-pbx.tsx';
import { CallFields } from './call-fields.tsx';
import { DeleteGroup } from './delete-group.tsx';
import { FeatureCodes } from './feature-codes.tsx';
import { FunctionTable } from './function-table.tsx';
import styles from './group-settings.module.css';
import { MediaFields } from './media-fields.tsx';
import { ConnectionFields, NameFields, NumberFields } from './pbx-fields.tsx';
import { RegisterFields } from './register-fields.tsx';
import {
  type GroupSettings,
  settingsBody,
  settingsOf,
  templateOf,
  warningsByField,
} from './settings.ts';

const parts = ['pbx', 'register', 'media', 'calls', 'functions', 'features'] as const;
type Part = (typeof parts)[number];

export interface GroupSettingsViewProps {
  group: LineGroup;
  locations: readonly Location[];
  templates: readonly PbxTemplate[];
}

/** The settings of a line group in sections, each saved by itself. */
export function GroupSettingsView({ group, locations, templates }: GroupSettingsViewProps) {
  const { t } = useT();
  const { api, client } = useServices();
  const keep = useKeep<LineGroup>('groups');
  const { onDirty, dialog } = useUnsaved();
  const [version, setVersion] = useState(group.version);
  const template = templateOf(group, templates);
  const values = settingsOf(group);
  const drafts: Record<Part, Draft<GroupSettings>> = {
    pbx: useDraft(values),
    register: useDraft(values),
    media: useDraft(values),
    calls: useDraft(values),
    functions: useDraft(values),
    features: useDraft(values),
  };
  const warnings = Object.fromEntries(
    Object.entries(warningsByField(group.warnings)).flatMap(([field, code]) =>
      code === undefined || code === 'port_unusual' ? [] : [[field, t(`group.warning.${code}`)]],
    ),
  );
  if (group.warnings.some(({ code }) => code === 'port_unusual'))
    warnings.registrarPort = t('group.portWarning', {
      port: group.transport === 'tls' ? 5061 : 5060,
    });

  const section = (
    part: Part,
    fields: (draft: Draft<GroupSettings>, errors: Readonly<Record<string, string>>) => ReactNode,
    check?: (values: GroupSettings) => Record<string, string>,
  ) => {
    const draft = drafts[part];
    return (
      <div id={`settings-${part}`} className={styles.part}>
        <Section
          heading={t(`group.section.${part}`)}
          level={2}
          hint={t(`group.sectionHint.${part}`)}
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
          {...(check ? { check: () => check(draft.values) } : {})}
          onSave={async () => {
            const saved = await api.patch<LineGroup>(
              `/v1/line-groups/${group.id}`,
              settingsBody(draft.changes()),
              { version },
            );
            setVersion(saved.version);
            draft.reset(settingsOf(saved));
            keep(saved);
          }}
        >
          {(errors) => fields(draft, errors)}
        </Section>
      </div>
    );
  };
  const required = (value: string, field: string) =>
    value.trim() === '' ? { [field]: t('form.required') } : {};

  return (
    <div className={styles.settings}>
      <nav className={styles.parts} aria-label={t('group.parts')}>
        <ul>
          {parts.map((part) => (
            <li key={part}>
              <a
                href={`#settings-${part}`}
                data-changed={drafts[part].dirty}
                onClick={(event) => {
                  event.preventDefault();
                  const target = document.getElementById(`settings-${part}`);
                  target?.scrollIntoView({ block: 'start' });
                  target?.querySelector<HTMLElement>('input, select, textarea')?.focus({
                    preventScroll: true,
                  });
                }}
              >
                {t(`group.section.${part}`)}
                {drafts[part].dirty ? (
                  <span className="tl-hidden"> ({t('form.changed')})</span>
                ) : null}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className={styles.sections}>
        {section(
          'pbx',
          (draft, errors) => (
            <>
              <NameFields draft={draft} errors={errors} locations={locations} />
              <NumberFields draft={draft} errors={errors} />
              <ConnectionFields
                draft={draft}
                errors={errors}
                warnings={warnings}
                template={template}
              />
            </>
          ),
          (now) => ({
            ...required(now.name, 'name'),
            ...required(now.registrarHost, 'registrarHost'),
          }),
        )}
        <AtThePbx group={group} template={template} />
        <div className={styles.ourSide}>
          <OurSide group={group} />
        </div>
        {section('register', (draft, errors) => (
          <RegisterFields draft={draft} errors={errors} kind={group.kind} template={template} />
        ))}
        {section('media', (draft, errors) => (
          <MediaFields
            draft={draft}
            errors={errors}
            warnings={warnings}
            template={template}
            transport={group.transport}
          />
        ))}
        {section('calls', (draft, errors) => (
          <CallFields draft={draft} errors={errors} template={template} saved={group} />
        ))}
        {section('functions', (draft, errors) => (
          <FunctionTable draft={draft} errors={errors} template={template} />
        ))}
        {section('features', (draft, errors) => (
          <FeatureCodes draft={draft} errors={errors} />
        ))}
        <DeleteGroup group={group} version={version} />
      </div>
      {dialog}
    </div>
  );
}
