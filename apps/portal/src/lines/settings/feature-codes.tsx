import { Input } from '@fluentui/react-input';
import type { LineGroup } from '@trunkline/contracts/lines.ts';
import { ListField } from '../../forms/list-field.tsx';
import { useT } from '../../i18n/index.ts';
import type { SettingsPartProps } from './pbx-fields.tsx';
import type { GroupSettings } from './settings.ts';

type FeatureCode = LineGroup['featureCodes'][number];

/** Codes of the PBX by name, as the line menu of the client offers them (LIN-027, LIN-070). */
export function FeatureCodes({ draft, errors }: SettingsPartProps<GroupSettings>) {
  const { t } = useT();
  return (
    <ListField<GroupSettings, FeatureCode>
      draft={draft}
      errors={errors}
      field="featureCodes"
      label={t('group.featureCodes')}
      nameOf={(item, index) => item.name || String(index + 1)}
      fresh={() => ({ name: '', code: '' })}
      addText={t('group.featureAdd')}
      maxItems={50}
      row={(item, change, index) => (
        <>
          <Input
            data-what="input"
            aria-label={t('group.featureName', { place: index + 1 })}
            placeholder={t('group.featureNameExample')}
            value={item.name}
            maxLength={60}
            onChange={(_event, { value }) => change({ ...item, name: value })}
          />
          <Input
            aria-label={t('group.featureCode', { place: index + 1 })}
            placeholder="*72"
            inputMode="tel"
            value={item.code}
            maxLength={32}
            onChange={(_event, { value }) => change({ ...item, code: value })}
          />
        </>
      )}
    />
  );
}
