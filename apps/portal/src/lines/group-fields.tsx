import type { Location } from '@trunkline/contracts/locations.ts';
import type { Draft } from '../forms/draft.ts';
import { ChoiceField, NumberField, SwitchField, TextField } from '../forms/fields.tsx';
import { useT } from '../i18n/index.ts';
import { type GroupValues, readResponse, unavailableCodes } from './groups.ts';

interface PartProps {
  draft: Draft<GroupValues>;
  errors: Readonly<Record<string, string>>;
}

/** Where the telephone system is. */
export function PbxFields({ draft, errors, locations }: PartProps & { locations: Location[] }) {
  const { t } = useT();
  return (
    <>
      <TextField
        draft={draft}
        field="name"
        label={t('lines.name')}
        hint={t('lines.nameHint')}
        errors={errors}
        required
        maxLength={120}
      />
      <ChoiceField
        draft={draft}
        field="locationId"
        label={t('lines.location')}
        options={locations.map(({ id, name }) => [id, name] as const)}
        errors={errors}
      />
      <TextField
        draft={draft}
        field="registrarHost"
        label={t('lines.registrarHost')}
        hint={t('lines.registrarHostHint')}
        errors={errors}
        required
        maxLength={253}
      />
      <NumberField
        draft={draft}
        field="registrarPort"
        label={t('lines.registrarPort')}
        errors={errors}
        min={1}
        max={65535}
      />
      <TextField
        draft={draft}
        field="domain"
        label={t('lines.domain')}
        hint={t('lines.domainHint')}
        errors={errors}
        maxLength={253}
      />
    </>
  );
}

/** How its lines register. */
export function RegisterFields({ draft, errors }: PartProps) {
  const { t } = useT();
  return (
    <>
      <NumberField
        draft={draft}
        field="expiresSeconds"
        label={t('lines.expiresSeconds')}
        errors={errors}
        min={10}
        max={86_400}
      />
      <NumberField
        draft={draft}
        field="registerDelayMs"
        label={t('lines.registerDelayMs')}
        errors={errors}
        min={0}
        max={10_000}
      />
    </>
  );
}

/** What callers get when nobody answers. */
export function CallFields({ draft, errors }: PartProps) {
  const { t } = useT();
  const codes = unavailableCodes.map((code) => [code, t(`lines.response.${code}`)] as const);
  return (
    <>
      <ChoiceField
        draft={draft}
        field="notSignedInResponse"
        label={t('lines.notSignedInResponse')}
        options={codes}
        read={readResponse}
        errors={errors}
      />
      <ChoiceField
        draft={draft}
        field="rejectResponse"
        label={t('lines.rejectResponse')}
        options={[['client', t('lines.response.client')], ...codes]}
        read={readResponse}
        errors={errors}
      />
      <SwitchField
        draft={draft}
        field="hideRejectButton"
        label={t('lines.hideRejectButton')}
        errors={errors}
      />
      <SwitchField draft={draft} field="journal" label={t('lines.journal')} errors={errors} />
    </>
  );
}
