import { Button } from '@fluentui/react-button';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { WarningRegular } from '@fluentui/react-icons/svg/warning';
import { type AudioCodec, audioCodec, coupledCodecs } from '@trunkline/contracts/media.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { ChoiceField } from '../../forms/fields.tsx';
import { ListField } from '../../forms/list-field.tsx';
import { useT } from '../../i18n/index.ts';
import styles from './group-settings.module.css';
import type { SettingsPartProps } from './pbx-fields.tsx';
import type { GroupSettings } from './settings.ts';

export interface MediaFieldsProps extends SettingsPartProps<GroupSettings> {
  template: PbxTemplate | null;
  transport: GroupSettings['transport'];
}

/** Codecs on both sides, encryption and keys (LIN-073 … LIN-076). */
export function MediaFields({ draft, errors, warnings, template, transport }: MediaFieldsProps) {
  const { t } = useT();
  const { pbxCodecs, clientCodecs } = draft.values;
  const common = { draft, errors, ...(warnings ? { warnings } : {}) };
  const joins = coupledCodecs(pbxCodecs, clientCodecs).length > clientCodecs.length;
  const untested =
    pbxCodecs.includes('G722') && template !== null && !template.capabilities.g722Tested;
  return (
    <>
      <p className={styles.caution}>
        <WarningRegular aria-hidden="true" />
        <span>{t('group.mediaCaution')}</span>
      </p>
      <div className={styles.codecPair}>
        <CodecField
          {...common}
          field="pbxCodecs"
          label={t('group.pbxCodecs')}
          hint={t('group.pbxCodecsHint')}
          fixed="PCMA"
          {...(untested ? { warnings: { ...warnings, pbxCodecs: t('group.g722Untested') } } : {})}
        />
        <CodecField
          {...common}
          field="clientCodecs"
          label={t('group.clientCodecs')}
          hint={t('group.clientCodecsHint')}
          {...(joins ? { warnings: { ...warnings, clientCodecs: t('group.opusJoins') } } : {})}
        />
      </div>
      <ChoiceField
        {...common}
        field="srtp"
        label={t('group.srtp')}
        hint={
          draft.values.srtp === 'auto'
            ? t(transport === 'tls' ? 'group.srtpAutoOn' : 'group.srtpAutoOff')
            : t(`group.srtpHint.${draft.values.srtp}`)
        }
        options={(['auto', 'off', 'optional', 'required'] as const).map(
          (each) => [each, t(`group.srtps.${each}`)] as const,
        )}
      />
      <ChoiceField
        {...common}
        field="dtmf"
        label={t('group.dtmf')}
        hint={t('group.dtmfHint')}
        options={(['rfc4733', 'info', 'inband'] as const).map(
          (each) => [each, t(`group.dtmfs.${each}`)] as const,
        )}
      />
    </>
  );
}

interface CodecFieldProps extends SettingsPartProps<GroupSettings> {
  field: 'pbxCodecs' | 'clientCodecs';
  label: string;
  hint: string;
  /** Cannot be left out. */
  fixed?: AudioCodec;
}

/** The codecs in use, best first; those left out wait below. */
function CodecField({ fixed, ...props }: CodecFieldProps) {
  const { t } = useT();
  const { draft, field } = props;
  const used = draft.values[field];
  const left = audioCodec.options.filter((codec) => !used.includes(codec));
  return (
    <div className={styles.codecs}>
      <ListField<GroupSettings, AudioCodec>
        {...props}
        nameOf={(codec) => t(`group.codec.${codec}`)}
        removable={(codec) => codec !== fixed && used.length > 1}
        row={(codec) => (
          <span>
            <strong>{t(`group.codec.${codec}`)}</strong>{' '}
            <span className={styles.quiet}>
              {codec === fixed ? t('group.always') : t(`group.codecHint.${codec}`)}
            </span>
          </span>
        )}
      >
        {left.length === 0 ? null : (
          <div className={styles.left}>
            {left.map((codec) => (
              <Button
                key={codec}
                icon={<AddRegular />}
                aria-label={t('group.addCodec', { codec: t(`group.codec.${codec}`) })}
                onClick={() => draft.set(field, [...used, codec])}
              >
                {t(`group.codec.${codec}`)}
              </Button>
            ))}
          </div>
        )}
      </ListField>
    </div>
  );
}
