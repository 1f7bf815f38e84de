import { Button } from '@fluentui/react-button';
import { useNavigate } from '@tanstack/react-router';
import type { LineGroup, LineImportResult } from '@trunkline/contracts/lines.ts';
import type { Location } from '@trunkline/contracts/locations.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { useState } from 'react';
import { useLines } from '../../app/queries.ts';
import { useServices } from '../../app/services.ts';
import { type Draft, useDraft } from '../../forms/draft.ts';
import { TextField } from '../../forms/fields.tsx';
import { Section } from '../../forms/section.tsx';
import { useT } from '../../i18n/index.ts';
import { ImportReport } from '../bulk/import-report.tsx';
import { ConnectionFields, NameFields } from '../settings/pbx-fields.tsx';
import type { WizardValues } from './wizard.ts';

interface StepProps {
  draft: Draft<WizardValues>;
}

/** Where the telephone system is; the template has filled in what it knows. */
export function ConnectionStep({
  draft,
  template,
  refused,
  onDone,
}: StepProps & {
  template: PbxTemplate | null;
  /** What the service said about these fields. */
  refused: Readonly<Record<string, string>>;
  onDone: () => void;
}) {
  const { t } = useT();
  return (
    <Section
      dirty
      submit={t('wizard.next')}
      check={() =>
        draft.values.registrarHost.trim() === '' ? { registrarHost: t('form.required') } : {}
      }
      onSave={async () => onDone()}
    >
      {(errors) => (
        <ConnectionFields draft={draft} errors={{ ...refused, ...errors }} template={template} />
      )}
    </Section>
  );
}

/** Name and location (LIN-047); then the group is made. */
export function LocationStep({
  draft,
  locations,
  onSave,
}: StepProps & { locations: readonly Location[]; onSave: () => Promise<void> }) {
  const { t } = useT();
  const navigate = useNavigate();
  if (locations.length === 0)
    return (
      <div>
        <p>{t('wizard.noLocation')}</p>
        <Button appearance="primary" onClick={() => void navigate({ to: '/numbers' })}>
          {t('lines.needLocation')}
        </Button>
      </div>
    );
  return (
    <Section
      dirty
      submit={t('wizard.createGroup')}
      check={() => (draft.values.name.trim() === '' ? { name: t('form.required') } : {})}
      onSave={onSave}
    >
      {(errors) => <NameFields draft={draft} errors={errors} locations={locations} />}
    </Section>
  );
}

/** The first lines by list and range; the password is asked for and never kept here. */
export function LinesStep({
  draft,
  group,
  onDone,
}: StepProps & { group: LineGroup; onDone: () => void }) {
  const { t } = useT();
  const { api, client } = useServices();
  const lines = useLines();
  const secret = useDraft({ password: '' });
  const [failed, setFailed] = useState<LineImportResult | null>(null);
  const present = lines.data?.filter((line) => line.lineGroupId === group.id).length ?? 0;
  return (
    <>
      <Section
        hint={t(`wizard.linesHint.${group.kind}`)}
        dirty
        submit={t('wizard.createLines')}
        check={() =>
          draft.values.userNames.trim() === '' ? { userNames: t('form.required') } : {}
        }
        onSave={async () => {
          const { userNames, authUserName } = draft.values;
          const result = await api.post<LineImportResult>('/v1/lines/batch', {
            lineGroupId: group.id,
            userNames,
            ...(authUserName.trim() ? { authUserName } : {}),
            ...(secret.values.password ? { password: secret.values.password } : {}),
          });
          await client.invalidateQueries();
          setFailed(result.failed > 0 ? result : null);
          if (result.failed === 0) onDone();
        }}
      >
        {(errors) => (
          <>
            <TextField
              draft={draft}
              field="userNames"
              label={t('bulk.userNames')}
              hint={t('bulk.rangeHint')}
              placeholder="150;177;200-220"
              errors={errors}
              required
              maxLength={2_000}
            />
            <TextField
              draft={secret}
              field="password"
              type="password"
              autoComplete="new-password"
              label={t('lines.password')}
              hint={t('bulk.passwordHint')}
              errors={errors}
              maxLength={256}
            />
            <TextField
              draft={draft}
              field="authUserName"
              label={t('lines.authUserName')}
              hint={t('bulk.authHint')}
              placeholder="<*>"
              errors={errors}
              maxLength={80}
            />
          </>
        )}
      </Section>
      {failed ? <ImportReport result={failed} /> : null}
      {present > 0 ? (
        <Button onClick={onDone}>{t('wizard.linesThere', { count: present })}</Button>
      ) : null}
    </>
  );
}
