import {
  type CallFunction,
  callFunctions,
  type FunctionSwitches,
} from '@trunkline/contracts/call-functions.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { useId } from 'react';
import { useT } from '../../i18n/index.ts';
import styles from './group-settings.module.css';
import type { SettingsPartProps } from './pbx-fields.tsx';
import { type GroupSettings, tidySwitches } from './settings.ts';

const states = ['template', 'on', 'off'] as const;

/** The functions a client offers: as the template says, on, or off (LIN-026). */
export function FunctionTable({
  draft,
  template,
}: SettingsPartProps<GroupSettings> & { template: PbxTemplate | null }) {
  const { t } = useT();
  const id = useId();
  const switches = draft.values.functions;
  const defaults: FunctionSwitches = template?.presets.functions ?? {};
  const set = (name: CallFunction, state: (typeof states)[number]) =>
    draft.set('functions', tidySwitches({ ...switches, [name]: state }));
  return (
    <div className={styles.functions}>
      <table>
        <caption className="tl-hidden">{t('group.sectionFunctions')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('group.function')}</th>
            {states.map((state) => (
              <th key={state} scope="col">
                {t(`group.switch.${state}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {callFunctions.map((name) => {
            const chosen = switches[name] ?? 'template';
            const byTemplate = defaults[name] === 'off' ? 'off' : 'on';
            return (
              <tr key={name}>
                <th scope="row">
                  {t(`group.functions.${name}`)}
                  {chosen === 'template' ? (
                    <span className={styles.quiet}> {t(`group.effective.${byTemplate}`)}</span>
                  ) : null}
                </th>
                {states.map((state) => (
                  <td key={state}>
                    <label>
                      <input
                        type="radio"
                        name={`${id}-${name}`}
                        checked={chosen === state}
                        onChange={() => set(name, state)}
                      />
                      <span className="tl-hidden">
                        {t(`group.functions.${name}`)}: {t(`group.switch.${state}`)}
                      </span>
                    </label>
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
