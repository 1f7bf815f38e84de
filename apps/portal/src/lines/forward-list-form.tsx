import { Input } from '@fluentui/react-input';
import type { Line } from '@trunkline/contracts/lines.ts';
import { useKeep } from '../app/queries.ts';
import { useServices } from '../app/services.ts';
import { useDraft } from '../forms/draft.ts';
import { ListField } from '../forms/list-field.tsx';
import { Section } from '../forms/section.tsx';
import { useT } from '../i18n/index.ts';

type Target = Line['forwardList'][number];

export interface ForwardListFormProps {
  line: Line;
  version: number;
  setVersion: (version: number) => void;
  onDirty: (id: string, dirty: boolean) => void;
}

/** Where unanswered calls of a line go on to, one after the other (LIN-015 … LIN-017). */
export function ForwardListForm({ line, version, setVersion, onDirty }: ForwardListFormProps) {
  const { t } = useT();
  const { api } = useServices();
  const keep = useKeep<Line>('lines');
  const draft = useDraft({ forwardList: line.forwardList });
  const stops = line.warnings.some(({ code }) => code === 'forward_target_unmonitored');
  return (
    <Section
      heading={t('handling.sectionList')}
      dirty={draft.dirty}
      onDirty={onDirty}
      onDiscard={() => draft.reset()}
      check={() => {
        const { forwardList } = draft.values;
        if (forwardList.some(({ number }) => number.trim() === ''))
          return { forwardList: t('handling.emptyTarget') };
        const odd = forwardList.some(
          ({ seconds }) => !Number.isInteger(seconds) || seconds < 5 || seconds > 120,
        );
        return odd ? { forwardList: t('handling.secondsRange') } : ({} as Record<string, string>);
      }}
      onSave={async () => {
        const saved = await api.patch<Line>(`/v1/lines/${line.id}`, draft.values, { version });
        setVersion(saved.version);
        draft.reset({ forwardList: saved.forwardList });
        keep(saved);
      }}
    >
      {(errors) => (
        <ListField<{ forwardList: Line['forwardList'] }, Target>
          draft={draft}
          field="forwardList"
          label={t('handling.target')}
          hint={t('handling.listHint')}
          errors={errors}
          {...(stops
            ? { warnings: { forwardList: t('group.warning.forward_target_unmonitored') } }
            : {})}
          nameOf={(item, index) => item.number || t('handling.targetAt', { place: index + 1 })}
          fresh={() => ({ number: '', seconds: 15 })}
          addText={t('handling.addTarget')}
          maxItems={10}
          row={(item, change, index) => (
            <>
              <Input
                data-what="input"
                aria-label={t('handling.targetAt', { place: index + 1 })}
                placeholder="21"
                inputMode="tel"
                value={item.number}
                maxLength={64}
                onChange={(_event, { value }) => change({ ...item, number: value })}
              />
              <Input
                type="number"
                aria-label={t('handling.secondsAt', { place: index + 1 })}
                contentAfter={t('handling.seconds')}
                value={String(item.seconds)}
                min={5}
                max={120}
                onChange={(_event, { value }) => change({ ...item, seconds: Number(value) })}
              />
            </>
          )}
        />
      )}
    </Section>
  );
}
