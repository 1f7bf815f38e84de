import { Checkbox } from '@fluentui/react-checkbox';
import type { Line, LineGroup } from '@trunkline/contracts/lines.ts';
import { useState } from 'react';
import { useServices } from '../../app/services.ts';
import { useDraft } from '../../forms/draft.ts';
import { ChoiceField, NumberField } from '../../forms/fields.tsx';
import { Section } from '../../forms/section.tsx';
import { useT } from '../../i18n/index.ts';
import styles from './captures.module.css';

export interface StartCaptureProps {
  group: LineGroup;
  lines: readonly Line[];
  onStarted: () => void;
}

/** Which lines, for how long: then it runs by itself. */
export function StartCapture({ group, lines, onStarted }: StartCaptureProps) {
  const { t } = useT();
  const { api } = useServices();
  const draft = useDraft({ minutes: 15, which: 'all' as 'all' | 'some' });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const some = draft.values.which === 'some';
  return (
    <div className={styles.start}>
      <Section
        heading={t('capture.start')}
        level={2}
        hint={t('capture.startHint')}
        dirty
        submit={t('capture.startButton')}
        check={() => (some && chosen.size === 0 ? { which: t('capture.chooseLines') } : {})}
        onSave={async () => {
          await api.post(`/v1/line-groups/${group.id}/captures`, {
            minutes: draft.values.minutes,
            lineIds: some ? [...chosen] : null,
          });
          onStarted();
        }}
      >
        {(errors) => (
          <>
            <ChoiceField
              draft={draft}
              field="which"
              label={t('capture.scope')}
              options={[
                ['all', t('capture.allLines')],
                ['some', t('capture.someLines')],
              ]}
              errors={{ ...errors, ...(errors.lineIds ? { which: errors.lineIds } : {}) }}
            />
            <NumberField
              draft={draft}
              field="minutes"
              label={t('capture.minutes')}
              hint={t('capture.minutesHint')}
              errors={errors}
              min={1}
              max={120}
            />
            {some ? (
              <fieldset className={styles.lines}>
                <legend className="tl-hidden">{t('capture.someLines')}</legend>
                {lines.map((line) => (
                  <Checkbox
                    key={line.id}
                    label={line.number + line.suffix}
                    checked={chosen.has(line.id)}
                    onChange={(_event, { checked }) =>
                      setChosen((now) => {
                        const next = new Set(now);
                        if (checked === true) next.add(line.id);
                        else next.delete(line.id);
                        return next;
                      })
                    }
                  />
                ))}
              </fieldset>
            ) : null}
          </>
        )}
      </Section>
    </div>
  );
}
