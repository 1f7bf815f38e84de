import { Field } from '@fluentui/react-field';
import { Input } from '@fluentui/react-input';
import type { Location } from '@trunkline/contracts/locations.ts';
import { groupNumber } from '@trunkline/ui/format/number.ts';
import { useState } from 'react';
import { useKeep } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { type Draft, useDraft } from '../forms/draft.ts';
import { ChoiceField, NumberField, SwitchField, TextField } from '../forms/fields.tsx';
import { Section } from '../forms/section.tsx';
import { useT } from '../i18n/index.ts';
import styles from './location-form.module.css';
import { type LocationValues, locationBody, newLocation, publicNumber } from './locations.ts';

export interface LocationFormProps {
  /** Null creates one. */
  location: Location | null;
  onDirty: (id: string, dirty: boolean) => void;
  onDone?: (location: Location) => void;
}

function zones(): string[] {
  return typeof Intl.supportedValuesOf === 'function'
    ? Intl.supportedValuesOf('timeZone')
    : ['Europe/Berlin', 'Europe/Vienna', 'Europe/Zurich', 'UTC'];
}

/** A site: its name, its public numbers with a preview, its telephone system. */
export function LocationForm({ location, onDirty, onDone }: LocationFormProps) {
  const { t } = useT();
  const { api, client } = useServices();
  const keep = useKeep<Location>('locations');
  const [version, setVersion] = useState(location?.version ?? 0);
  const pick = (source: LocationValues): LocationValues => ({
    ...(Object.fromEntries(
      Object.keys(newLocation).map((field) => [field, source[field as keyof LocationValues]]),
    ) as LocationValues),
    ddiFrom: source.ddiFrom ?? '',
    ddiTo: source.ddiTo ?? '',
  });
  const draft = useDraft<LocationValues>(pick(location ?? newLocation));

  return (
    <Section
      dirty={draft.dirty}
      submit={location ? t('form.save') : t('form.create')}
      onDirty={onDirty}
      onDiscard={() => draft.reset()}
      onReload={() => {
        void client.refetchQueries({ queryKey: ['locations'] }).then(() => {
          const now = client
            .getQueryData<Location[]>(['locations'])
            ?.find((each) => each.id === location?.id);
          if (now) setVersion(now.version);
        });
      }}
      check={() => checkLocation(draft.values, t('form.required'), t('form.digits'))}
      onSave={async () => {
        const saved = location
          ? await api.patch<Location>(
              `/v1/locations/${location.id}`,
              locationBody(draft.changes()),
              { version },
            )
          : await api.post<Location>('/v1/locations', locationBody(draft.values));
        setVersion(saved.version);
        draft.reset(pick(saved));
        keep(saved);
        onDone?.(saved);
      }}
    >
      {(errors) => (
        <>
          <TextField
            draft={draft}
            field="name"
            label={t('numbers.name')}
            errors={errors}
            required
            maxLength={120}
          />
          <ChoiceField
            draft={draft}
            field="timeZone"
            label={t('numbers.timeZone')}
            options={zones().map((zone) => [zone, zone.replaceAll('_', ' ')] as const)}
            errors={errors}
          />
          <h3 className={styles.part}>{t('numbers.sectionNumbers')}</h3>
          <TextField
            draft={draft}
            field="countryCode"
            label={t('numbers.countryCode')}
            hint={t('numbers.countryCodeHint')}
            errors={errors}
            inputMode="numeric"
            required
            maxLength={3}
          />
          <TextField
            draft={draft}
            field="areaCode"
            label={t('numbers.areaCode')}
            hint={t('numbers.areaCodeHint')}
            errors={errors}
            inputMode="numeric"
            maxLength={8}
          />
          <ChoiceField
            draft={draft}
            field="exchangeType"
            label={t('numbers.exchangeType')}
            options={[
              ['ddi', t('numbers.ddi')],
              ['msn', t('numbers.msn')],
            ]}
            errors={errors}
          />
          <TextField
            draft={draft}
            field="baseNumber"
            label={t('numbers.baseNumber')}
            hint={t('numbers.baseNumberHint')}
            errors={errors}
            inputMode="numeric"
            required={draft.values.exchangeType === 'ddi'}
            maxLength={15}
          />
          <TextField
            draft={draft}
            field="ddiFrom"
            label={t('numbers.ddiFrom')}
            hint={t('numbers.ddiHint')}
            errors={errors}
            inputMode="numeric"
            maxLength={8}
          />
          <TextField
            draft={draft}
            field="ddiTo"
            label={t('numbers.ddiTo')}
            errors={errors}
            inputMode="numeric"
            maxLength={8}
          />
          <Preview draft={draft} />
          <h3 className={styles.part}>{t('numbers.sectionPbx')}</h3>
          <SwitchField draft={draft} field="usesPbx" label={t('numbers.usesPbx')} errors={errors} />
          <TextField
            draft={draft}
            field="accessCode"
            label={t('numbers.accessCode')}
            hint={t('numbers.accessCodeHint')}
            errors={errors}
            maxLength={8}
          />
          <NumberField
            draft={draft}
            field="internalLengthMin"
            label={t('numbers.internalLengthMin')}
            hint={t('numbers.digitsSuffix')}
            errors={errors}
            min={1}
            max={15}
          />
          <NumberField
            draft={draft}
            field="internalLengthMax"
            label={t('numbers.internalLengthMax')}
            hint={t('numbers.digitsSuffix')}
            errors={errors}
            min={1}
            max={15}
          />
        </>
      )}
    </Section>
  );
}

function checkLocation(
  values: LocationValues,
  required: string,
  digits: string,
): Record<string, string> {
  const wrong: Record<string, string> = {};
  if (values.name.trim() === '') wrong.name = required;
  if (values.countryCode === '') wrong.countryCode = required;
  if (values.exchangeType === 'ddi' && values.baseNumber === '') wrong.baseNumber = required;
  for (const field of ['countryCode', 'areaCode', 'baseNumber', 'ddiFrom', 'ddiTo'] as const)
    if (!/^[0-9]*$/.test(values[field] ?? '')) wrong[field] = digits;
  return wrong;
}

/** Shows what an extension looks like from outside, with the values as they are typed. */
function Preview({ draft }: { draft: Draft<LocationValues> }) {
  const { t } = useT();
  const [typed, setTyped] = useState('');
  const extension = typed === '' ? draft.values.ddiFrom || '20' : typed;
  const number = publicNumber(extension, draft.values);
  return (
    <div className={styles.preview}>
      <Field label={t('numbers.previewLabel')} hint={t('numbers.previewHelp')}>
        <Input
          value={typed}
          placeholder={draft.values.ddiFrom || '20'}
          inputMode="numeric"
          maxLength={15}
          onChange={(_event, data) => setTyped(data.value)}
        />
      </Field>
      <p aria-live="polite">
        <span className={styles.extension}>{extension}</span>{' '}
        {number === null ? t('numbers.previewInternal') : t('numbers.previewPublic')}{' '}
        {number === null ? null : <strong className="tl-numeric">{groupNumber(number)}</strong>}
      </p>
    </div>
  );
}
