import type { Location } from '@trunkline/contracts/locations.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { isPeerRange } from '@trunkline/contracts/peer-address.ts';
import { ChipsField } from '../../forms/chips-field.tsx';
import type { Draft } from '../../forms/draft.ts';
import {
  AreaField,
  ChoiceField,
  NumberField,
  SwitchField,
  TextField,
} from '../../forms/fields.tsx';
import { useT } from '../../i18n/index.ts';
import { type GroupSettings, usualPort } from './settings.ts';

/** The settings a connection to a telephone system is made of. */
export type ConnectionValues = Pick<
  GroupSettings,
  | 'kind'
  | 'registrarHost'
  | 'registrarPort'
  | 'transport'
  | 'domain'
  | 'proxyHost'
  | 'proxyPort'
  | 'tlsVerify'
  | 'trustedCa'
  | 'peerAddresses'
>;

export interface SettingsPartProps<T extends object> {
  draft: Draft<T>;
  errors: Readonly<Record<string, string>>;
  warnings?: Readonly<Record<string, string>>;
}

/** Name and location of a group (LIN-025, LIN-038). */
export function NameFields<T extends { name: string; locationId: string }>({
  draft,
  errors,
  locations,
}: SettingsPartProps<T> & { locations: readonly Location[] }) {
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
        hint={t('group.locationHint')}
        options={locations.map(({ id, name }) => [id, name] as const)}
        errors={errors}
      />
    </>
  );
}

/** Whose location a line has, and where its number comes from (LIN-014, LIN-024, LIN-025). */
export function NumberFields({ draft, errors }: SettingsPartProps<GroupSettings>) {
  const { t } = useT();
  const mode = draft.values.locationMode;
  return (
    <>
      <ChoiceField
        draft={draft}
        field="locationMode"
        label={t('group.locationMode')}
        hint={t(`group.locationModeHint.${mode}`)}
        options={(['group', 'line', 'automatic'] as const).map(
          (each) => [each, t(`group.locationModes.${each}`)] as const,
        )}
        errors={errors}
      />
      <SwitchField
        draft={draft}
        field="numbersAutomatic"
        label={t('group.numbersAutomatic')}
        hint={t('group.numbersAutomaticHint')}
        errors={errors}
      />
    </>
  );
}

/** Where the telephone system is and how it is spoken to; fields its template does not know stay away. */
export function ConnectionFields<T extends ConnectionValues>({
  draft: generic,
  errors,
  warnings,
  template,
}: SettingsPartProps<T> & { template: PbxTemplate | null }) {
  const { t } = useT();
  const draft = generic as unknown as Draft<ConnectionValues>;
  const { values } = draft;
  const shows = (field: 'domain' | 'proxy', value: string) =>
    value !== '' || template === null || template.visibleFields.includes(field);
  const fixed = values.kind === 'trunk_static';
  const port = usualPort(values.transport);
  const said = { ...warnings };
  if (warnings === undefined || draft.changed('transport') || draft.changed('registrarPort')) {
    if (values.registrarPort === usualPort(values.transport === 'tls' ? 'udp' : 'tls'))
      said.registrarPort = t('group.portWarning', { port });
    else delete said.registrarPort;
  }
  const common = { draft, errors, warnings: said };
  return (
    <>
      <ChoiceField
        {...common}
        field="kind"
        label={t('group.kind')}
        hint={t(`group.kindHint.${values.kind}`)}
        options={(['registration', 'trunk_registered', 'trunk_static'] as const).map(
          (kind) => [kind, t(`group.kinds.${kind}`)] as const,
        )}
      />
      <ChoiceField
        {...common}
        field="transport"
        label={t('group.transport')}
        {...(values.transport === 'tls' ? { hint: t('group.tlsHint') } : {})}
        options={[
          ['udp', 'UDP'],
          ['tcp', 'TCP'],
          ['tls', 'TLS'],
        ]}
        read={(text) => {
          const next = text as ConnectionValues['transport'];
          // The port goes along as long as it is the usual one.
          if (values.registrarPort === port) draft.set('registrarPort', usualPort(next));
          return next;
        }}
      />
      <TextField
        {...common}
        field="registrarHost"
        label={t(fixed ? 'group.trunkHost' : 'lines.registrarHost')}
        hint={t(fixed ? 'group.trunkHostHint' : 'lines.registrarHostHint')}
        required
        maxLength={253}
      />
      <NumberField
        {...common}
        field="registrarPort"
        label={t('lines.registrarPort')}
        hint={t('group.portHint', { port })}
        min={1}
        max={65535}
      />
      {shows('domain', values.domain) ? (
        <TextField
          {...common}
          field="domain"
          label={t('lines.domain')}
          hint={t('lines.domainHint')}
          maxLength={253}
        />
      ) : null}
      {shows('proxy', values.proxyHost) ? (
        <>
          <TextField
            {...common}
            field="proxyHost"
            label={t('group.proxyHost')}
            hint={t('group.proxyHint')}
            maxLength={253}
          />
          <TextField
            {...common}
            field="proxyPort"
            label={t('group.proxyPort')}
            inputMode="numeric"
            placeholder={String(port)}
            maxLength={5}
          />
        </>
      ) : null}
      {values.transport === 'tls' ? (
        <ChoiceField
          {...common}
          field="tlsVerify"
          label={t('group.tlsVerify')}
          hint={t(`group.tlsVerifyHint.${values.tlsVerify}`)}
          options={(['platform', 'custom', 'none'] as const).map(
            (each) => [each, t(`group.tlsVerifies.${each}`)] as const,
          )}
        />
      ) : null}
      {values.transport === 'tls' && values.tlsVerify === 'custom' ? (
        <AreaField
          {...common}
          field="trustedCa"
          label={t('group.trustedCa')}
          hint={t('group.trustedCaHint')}
          placeholder="-----BEGIN CERTIFICATE-----"
          rows={6}
          maxLength={64_000}
        />
      ) : null}
      {fixed ? (
        <ChipsField
          {...common}
          field="peerAddresses"
          label={t('group.peers')}
          hint={t('group.peersHint')}
          addLabel={t('group.peerAdd')}
          placeholder="192.0.2.10"
          read={(text) => (isPeerRange(text) ? text : null)}
          wrong={t('message.peerRange')}
          maxItems={50}
        />
      ) : null}
    </>
  );
}
