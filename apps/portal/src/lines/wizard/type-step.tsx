import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import type { Draft } from '../../forms/draft.ts';
import { useT } from '../../i18n/index.ts';
import { templateOf } from '../settings/settings.ts';
import { isGeneral } from '../settings/template-name.ts';
import styles from './wizard.module.css';
import { chosen, type WizardValues } from './wizard.ts';

export interface TypeStepProps {
  draft: Draft<WizardValues>;
  templates: readonly PbxTemplate[];
  onDone: () => void;
}

/** The known types of telephone systems, the general ones first. */
export function TypeStep({ draft, templates, onDone }: TypeStepProps) {
  const { t } = useT();
  const before = templateOf(draft.values, templates);
  return (
    <ul className={styles.types}>
      {templates.map((template) => (
        <li key={`${template.id}@${template.version}`}>
          <button
            type="button"
            className={styles.type}
            aria-pressed={template === before}
            onClick={() => {
              draft.reset(chosen(draft.values, template, before));
              onDone();
            }}
          >
            <span className={styles.vendor}>
              {isGeneral(template) ? t('wizard.general') : template.vendor}
            </span>
            <strong>
              {isGeneral(template) ? t(`group.kinds.${template.presets.kind}`) : template.name}
            </strong>
            <span className={styles.kind}>
              {isGeneral(template)
                ? t(`group.kindHint.${template.presets.kind}`)
                : t(`group.kinds.${template.presets.kind}`)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
