import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { ChoiceField, NumberField } from '../../forms/fields.tsx';
import { useT } from '../../i18n/index.ts';
import type { SettingsPartProps } from './pbx-fields.tsx';
import type { GroupSettings } from './settings.ts';

export interface RegisterFieldsProps extends SettingsPartProps<GroupSettings> {
  kind: GroupSettings['kind'];
  template: PbxTemplate | null;
}

/** How the connection is kept up; only what its kind knows (LIN-041 … LIN-045). */
export function RegisterFields({ draft, errors, kind, template }: RegisterFieldsProps) {
  const { t } = useT();
  const common = { draft, errors };
  const nat =
    template === null ||
    template.visibleFields.includes('natRefresh') ||
    draft.values.natRefreshSeconds > 0;
  return (
    <>
      {kind === 'trunk_static' ? (
        <NumberField
          {...common}
          field="optionsSeconds"
          label={t('group.optionsSeconds')}
          hint={t('group.optionsHint')}
          min={10}
          max={3_600}
        />
      ) : (
        <>
          <NumberField
            {...common}
            field="expiresSeconds"
            label={t('lines.expiresSeconds')}
            hint={t('group.expiresHint')}
            min={10}
            max={86_400}
          />
          <NumberField
            {...common}
            field="registerDelayMs"
            label={t('lines.registerDelayMs')}
            hint={t('group.delayHint')}
            min={0}
            max={10_000}
          />
          {nat ? (
            <NumberField
              {...common}
              field="natRefreshSeconds"
              label={t('group.natRefreshSeconds')}
              hint={t('group.natHint')}
              min={0}
              max={3_600}
            />
          ) : null}
        </>
      )}
      <NumberField
        {...common}
        field="sessionTimerSeconds"
        label={t('group.sessionTimerSeconds')}
        hint={t('group.sessionTimerHint')}
        min={0}
        max={86_400}
      />
      {kind === 'registration' ? null : (
        <ChoiceField
          {...common}
          field="calledNumberFrom"
          label={t('group.calledNumberFrom')}
          hint={t('group.calledNumberHint')}
          options={(['request_uri', 'to', 'p_called_party_id'] as const).map(
            (each) => [each, t(`group.calledNumbers.${each}`)] as const,
          )}
        />
      )}
    </>
  );
}
