import type { Line } from '@trunkline/contracts/lines.ts';
import { useGroups, useKeep, useLocations } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { useDraft } from '../forms/draft.ts';
import { ChoiceField, SwitchField, TextField } from '../forms/fields.tsx';
import { Section } from '../forms/section.tsx';
import { useT } from '../i18n/index.ts';

export interface LineFormProps {
  /** Null creates one. */
  line: Line | null;
  groupId: string;
  /** The version the other parts of the line share with this one. */
  version?: number;
  setVersion?: (version: number) => void;
  onDirty: (id: string, dirty: boolean) => void;
  onDone?: () => void;
}

/** A line: what the telephone system knows it by. Its password can be written, never read. */
export function LineForm(props: LineFormProps) {
  const { line, groupId, version = 0, setVersion, onDirty, onDone } = props;
  const { t } = useT();
  const { api, client } = useServices();
  const keep = useKeep<Line>('lines');
  const valuesOf = (from: Line | null) => ({
    number: from?.number ?? '',
    suffix: from?.suffix ?? '',
    userName: from?.userName ?? '',
    authUserName: from?.authUserName ?? '',
    password: '',
    useLine: from?.useLine ?? true,
    journal: from?.journal ?? true,
    privatePhone: from?.privatePhone ?? false,
    isTrunkLine: from?.isTrunkLine ?? false,
    locationId: from?.locationId ?? '',
  });
  const draft = useDraft(valuesOf(line));
  const [groups, locations] = [useGroups(), useLocations()];
  const group = groups.data?.find(({ id }) => id === groupId);
  const ownLocation = group?.locationMode === 'line';
  // The number then follows the user name (LIN-024).
  const automatic = group?.numbersAutomatic === true;

  return (
    <Section
      {...(line ? { heading: t('handling.sectionLine') } : {})}
      dirty={draft.dirty}
      submit={line ? t('form.save') : t('form.create')}
      onDirty={onDirty}
      onDiscard={() => draft.reset()}
      onReload={() => {
        void client.refetchQueries({ queryKey: ['lines'] }).then(() => {
          const now = client.getQueryData<Line[]>(['lines'])?.find((each) => each.id === line?.id);
          if (now) setVersion?.(now.version);
        });
      }}
      check={() => ({
        ...(!automatic && draft.values.number.trim() === '' ? { number: t('form.required') } : {}),
        ...(draft.values.userName.trim() === '' ? { userName: t('form.required') } : {}),
      })}
      onSave={async () => {
        const { authUserName, password, locationId, number, ...rest } = line
          ? draft.changes()
          : draft.values;
        const body = {
          ...rest,
          ...(automatic || number === undefined ? {} : { number }),
          ...(authUserName === undefined ? {} : { authUserName: authUserName || null }),
          ...(password ? { password } : {}),
        };
        const saved = line
          ? await api.patch<Line>(`/v1/lines/${line.id}`, body, { version })
          : await api.post<Line>('/v1/lines', { lineGroupId: groupId, ...body });
        setVersion?.(saved.version);
        draft.reset(valuesOf(saved));
        keep(saved);
        onDone?.();
      }}
    >
      {(errors) => (
        <>
          <TextField
            draft={draft}
            field="number"
            label={t('lines.number')}
            hint={t(automatic ? 'handling.numberAutomatic' : 'lines.numberHint')}
            disabled={automatic}
            errors={errors}
            inputMode="tel"
            required={!automatic}
            maxLength={21}
          />
          <TextField
            draft={draft}
            field="suffix"
            label={t('lines.suffix')}
            hint={t('lines.suffixHint')}
            errors={errors}
            maxLength={1}
          />
          <TextField
            draft={draft}
            field="userName"
            label={t('lines.userName')}
            errors={errors}
            required
            maxLength={64}
          />
          <TextField
            draft={draft}
            field="authUserName"
            label={t('lines.authUserName')}
            hint={t('lines.authUserNameHint')}
            errors={errors}
            maxLength={64}
          />
          <TextField
            draft={draft}
            field="password"
            type="password"
            autoComplete="new-password"
            label={t('lines.password')}
            hint={line?.hasPassword ? t('lines.passwordHas') : t('lines.passwordNone')}
            errors={errors}
            maxLength={256}
          />
          {ownLocation ? (
            <ChoiceField
              draft={draft}
              field="locationId"
              label={t('handling.ownLocation')}
              options={[
                ['', t('handling.asGroup')],
                ...(locations.data ?? []).map(({ id, name }) => [id, name] as const),
              ]}
              errors={errors}
            />
          ) : null}
          <SwitchField draft={draft} field="useLine" label={t('lines.useLine')} errors={errors} />
          <SwitchField draft={draft} field="journal" label={t('lines.journal')} errors={errors} />
          <SwitchField
            draft={draft}
            field="privatePhone"
            label={t('lines.privatePhone')}
            errors={errors}
          />
          <SwitchField
            draft={draft}
            field="isTrunkLine"
            label={t('handling.trunkLine')}
            hint={t('handling.trunkLineHint')}
            errors={errors}
          />
        </>
      )}
    </Section>
  );
}
