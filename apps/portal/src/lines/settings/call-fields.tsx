import type { LineGroup } from '@trunkline/contracts/lines.ts';
import type { PbxTemplate } from '@trunkline/contracts/pbx-templates.ts';
import { ChoiceField, SwitchField, TextField } from '../../forms/fields.tsx';
import { useT } from '../../i18n/index.ts';
import { readResponse, unavailableCodes } from '../groups.ts';
import type { SettingsPartProps } from './pbx-fields.tsx';
import { forwardMethodsFor, type GroupSettings } from './settings.ts';

export interface CallFieldsProps extends SettingsPartProps<GroupSettings> {
  template: PbxTemplate | null;
  /** As it is saved: which methods are to be seen does not change while one is chosen. */
  saved: LineGroup;
}

/** What becomes of calls nobody takes, and how they go on to others (LIN-062 … LIN-072). */
export function CallFields({ draft, errors, template, saved }: CallFieldsProps) {
  const { t } = useT();
  const common = { draft, errors };
  const codes = unavailableCodes.map((code) => [code, t(`lines.response.${code}`)] as const);
  const methods = forwardMethodsFor(template, saved.forwardMethod);
  const { forwardMethod, transferMethod } = draft.values;
  return (
    <>
      <ChoiceField
        {...common}
        field="notSignedInResponse"
        label={t('lines.notSignedInResponse')}
        hint={t('group.notSignedInHint')}
        options={codes}
        read={readResponse}
      />
      <ChoiceField
        {...common}
        field="rejectResponse"
        label={t('lines.rejectResponse')}
        options={[['client', t('lines.response.client')], ...codes]}
        read={readResponse}
      />
      {methods.length === 0 ? null : (
        <ChoiceField
          {...common}
          field="forwardMethod"
          label={t('group.forwardMethod')}
          hint={t(`group.forwardHint.${forwardMethod}`)}
          options={methods.map((each) => [each, t(`group.forwardMethods.${each}`)] as const)}
        />
      )}
      <ChoiceField
        {...common}
        field="transferMethod"
        label={t('group.transferMethod')}
        hint={t(`group.transferHint.${transferMethod}`)}
        options={(['join', 'refer'] as const).map(
          (each) => [each, t(`group.transferMethods.${each}`)] as const,
        )}
      />
      <TextField
        {...common}
        field="pickupCode"
        label={t('group.pickupCode')}
        hint={t('group.pickupCodeHint')}
        placeholder="*8<NUMBER>"
        maxLength={40}
      />
      <SwitchField
        {...common}
        field="pickupInServer"
        label={t('group.pickupInServer')}
        hint={t('group.pickupInServerHint')}
      />
      <SwitchField
        {...common}
        field="mailboxWhenSignedOut"
        label={t('group.mailboxWhenSignedOut')}
        hint={t('group.mailboxHint')}
      />
      <SwitchField {...common} field="hideRejectButton" label={t('lines.hideRejectButton')} />
      <SwitchField {...common} field="journal" label={t('lines.journal')} />
    </>
  );
}
