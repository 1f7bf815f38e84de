import type { CallView } from '@trunkline/contracts/calls.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { useState } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import { may, mayConsult } from './permitted.ts';
import { type TargetAction, TargetPicker } from './target-picker.tsx';

/** Hands a call over: at once, or after asking who shall take it. */
export default function TransferPanel({ call, onDone }: { call: CallView; onDone: () => void }) {
  const { t, language } = useT();
  const { phone } = useServices();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function transfer(number: string): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await phone.transfer(call.id, number);
      onDone();
    } catch (error) {
      setProblem(errorText(error, language));
      setBusy(false);
    }
  }

  const actions: TargetAction[] = [];
  if (mayConsult(call))
    actions.push({
      text: t('call.askFirst'),
      run(target) {
        onDone();
        phone.dial(target.number);
      },
    });
  if (may(call, 'blind_transfer'))
    actions.push({ text: t('call.transferNow'), run: (target) => void transfer(target.number) });
  return (
    <TargetPicker
      label={t('call.transferTo')}
      actions={actions}
      busy={busy}
      problem={problem}
      onClose={onDone}
    />
  );
}
