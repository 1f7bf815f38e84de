import { Button } from '@fluentui/react-button';
import { VoicemailRegular } from '@fluentui/react-icons/svg/voicemail';
import { useQuery } from '@tanstack/react-query';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { useState } from 'react';
import { useServices } from '../app/services.ts';
import { peopleQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { TargetPicker } from './target-picker.tsx';

/** Sends a call on before it is answered: to a colleague, a number or the own mailbox (LIN-067). */
export default function RedirectPanel({ call, onDone }: { call: CallView; onDone: () => void }) {
  const { t, language } = useT();
  const { api, phone, profile } = useServices();
  const people = useQuery(peopleQuery(api, profile.id, language)).data ?? [];
  const mailbox = people
    .find((person) => person.id === profile.id)
    ?.numbers.find(({ slot }) => slot === 'mailbox');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function send(number: string): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await phone.redirect(call.id, number);
      onDone();
    } catch (error) {
      setProblem(errorText(error, language));
      setBusy(false);
    }
  }

  return (
    <TargetPicker
      label={t('call.sendToLabel')}
      actions={[{ text: t('call.send'), run: (target) => void send(target.number) }]}
      busy={busy}
      problem={problem}
      onClose={onDone}
    >
      {mailbox ? (
        <Button
          icon={<VoicemailRegular />}
          disabledFocusable={busy}
          onClick={() => void send(mailbox.number)}
        >
          {t('call.toMailbox')}
        </Button>
      ) : null}
    </TargetPicker>
  );
}
