import { useQuery } from '@tanstack/react-query';
import type { CallHandling } from '@trunkline/contracts/forwarding.ts';
import { ApiError } from '@trunkline/ui/api/errors.ts';
import { Bone } from '@trunkline/ui/components/skeleton.tsx';
import { useServices } from '../app/services.ts';
import { useDraft } from '../forms/draft.ts';
import { NumberField, SwitchField, TextField } from '../forms/fields.tsx';
import forms from '../forms/forms.module.css';
import { Section } from '../forms/section.tsx';
import { useT } from '../i18n/index.ts';
import { fieldOfHandling, handlingOf, valuesOfHandling } from './call-handling.ts';

export interface CallHandlingFormProps {
  lineId: string;
  onDirty: (id: string, dirty: boolean) => void;
}

const pathOf = (lineId: string) => `/v1/lines/${lineId}/call-handling`;

/** Do not disturb and forwarding of a line, in its user's place. */
export function CallHandlingForm({ lineId, onDirty }: CallHandlingFormProps) {
  const { t } = useT();
  const { api } = useServices();
  const handling = useQuery({
    queryKey: ['call-handling', lineId],
    queryFn: ({ signal }) => api.get<CallHandling>(pathOf(lineId), { signal }),
  });
  if (handling.data)
    // Another state on the server begins the form anew only when the line is opened again.
    return <HandlingFields lineId={lineId} handling={handling.data} onDirty={onDirty} />;
  return (
    <section className={forms.section} aria-label={t('handling.sectionCalls')}>
      {handling.isError ? (
        <p role="alert" className={forms.error}>
          {t('handling.failed')}
        </p>
      ) : (
        <Bone height={240} />
      )}
    </section>
  );
}

function HandlingFields({
  lineId,
  handling,
  onDirty,
}: CallHandlingFormProps & { handling: CallHandling }) {
  const { t } = useT();
  const { api, client } = useServices();
  const draft = useDraft(valuesOfHandling(handling));
  return (
    <Section
      heading={t('handling.sectionCalls')}
      hint={t('handling.callsHint')}
      dirty={draft.dirty}
      onDirty={onDirty}
      onDiscard={() => draft.reset()}
      check={() => {
        const { noAnswer, noAnswerSeconds: after } = draft.values;
        const odd =
          noAnswer.trim() !== '' && (!Number.isInteger(after) || after < 5 || after > 120);
        return odd
          ? { noAnswerSeconds: t('handling.secondsRange') }
          : ({} as Record<string, string>);
      }}
      onSave={async () => {
        try {
          const saved = await api.put<CallHandling>(pathOf(lineId), handlingOf(draft.values));
          client.setQueryData(['call-handling', lineId], saved);
          draft.reset(valuesOfHandling(saved));
        } catch (error) {
          if (!(error instanceof ApiError) || !error.problem) throw error;
          const errors = error.errors.map((each) => ({
            ...each,
            pointer: `/${fieldOfHandling(each.pointer)}`,
          }));
          throw new ApiError(error.code, { problem: { ...error.problem, errors } });
        }
      }}
    >
      {(errors) => (
        <>
          <SwitchField
            draft={draft}
            field="doNotDisturb"
            label={t('handling.doNotDisturb')}
            hint={t('handling.doNotDisturbHint')}
            errors={errors}
          />
          {(['always', 'busy', 'signedOut', 'noAnswer'] as const).map((field) => (
            <TextField
              key={field}
              draft={draft}
              field={field}
              label={t(`handling.${field}`)}
              {...(field === 'always' ? { hint: t('handling.targetHint') } : {})}
              errors={errors}
              inputMode="tel"
              maxLength={64}
            />
          ))}
          <NumberField
            draft={draft}
            field="noAnswerSeconds"
            label={t('handling.noAnswerSeconds')}
            errors={errors}
            disabled={draft.values.noAnswer.trim() === ''}
            min={5}
            max={120}
          />
        </>
      )}
    </Section>
  );
}
