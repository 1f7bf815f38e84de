import { ArrowLeftRegular } from '@fluentui/react-icons/svg/arrow-left';
import { CheckmarkRegular } from '@fluentui/react-icons/svg/checkmark';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { LineGroup } from '@trunkline/contracts/lines.ts';
import { asApiError } from '@trunkline/ui/api/errors.ts';
import { readJson, writeItem, writeJson } from '@trunkline/ui/browser/storage.ts';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { ErrorState } from '@trunkline/ui/components/states.tsx';
import { useEffect, useRef, useState } from 'react';
import { useGroups, useKeep, useLocations, useTemplates } from '../../app/queries.ts';
import { useServices } from '../../app/services.ts';
import { errorsByField, useDraft } from '../../forms/draft.ts';
import { useT } from '../../i18n/index.ts';
import { Page } from '../../shell/page.tsx';
import page from '../group-page.module.css';
import { templateOf } from '../settings/settings.ts';
import { productName } from '../settings/template-name.ts';
import { type Step, steps } from './step-names.ts';
import { ConnectionStep, LinesStep, LocationStep } from './steps.tsx';
import { TestStep } from './test-step.tsx';
import { TypeStep } from './type-step.tsx';
import styles from './wizard.module.css';
import {
  groupBodyOf,
  newWizard,
  readWizard,
  stepOf,
  storageKey,
  type WizardState,
  type WizardValues,
} from './wizard.ts';

/** Connects a telephone system step by step; it can be left at any step and taken up again. */
export function WizardPage() {
  const { t, language } = useT();
  const { api, profile } = useServices();
  const navigate = useNavigate();
  const key = storageKey(profile.id);
  const [begun] = useState(() => readWizard(readJson(key)));
  const [groupId, setGroupId] = useState(begun?.groupId ?? null);
  // Nothing is saved yet, so nothing is marked as changed.
  const draft = { ...useDraft<WizardValues>(begun?.values ?? newWizard), changed: () => false };
  const [refused, setRefused] = useState<Record<string, string>>({});
  const [locations, groups, templates] = [useLocations(), useGroups(), useTemplates()];
  const keep = useKeep<LineGroup>('groups');
  const group = groups.data?.find((each) => each.id === groupId) ?? null;
  const template = templateOf(draft.values, templates.data ?? []);
  const asked = useSearch({ from: '/shell/lines/new' }).step ?? begun?.step ?? 'type';
  // Lines need their group; without one the person goes on where it is made.
  const step: Step =
    group === null && (asked === 'lines' || asked === 'test')
      ? 'location'
      : draft.values.template === null
        ? 'type'
        : asked;
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);

  useEffect(() => {
    if (draft.values.template !== null)
      writeJson(key, { step, values: draft.values, groupId } satisfies WizardState);
  }, [key, step, draft.values, groupId]);

  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    heading.current?.focus();
  }, [step]);

  const go = (next: Step) => void navigate({ to: '/lines/new', search: { step: next } });
  const failed = [locations, groups, templates].find(
    (query) => query.isError && query.data === undefined,
  );

  async function saveGroup(): Promise<void> {
    const values = { ...draft.values, locationId: draft.values.locationId || firstLocation };
    try {
      const saved = group
        ? await api.patch<LineGroup>(`/v1/line-groups/${group.id}`, groupBodyOf(values), {
            version: group.version,
          })
        : await api.post<LineGroup>('/v1/line-groups', groupBodyOf(values));
      keep(saved);
      setGroupId(saved.id);
      setRefused({});
      go('lines');
    } catch (thrown) {
      const error = asApiError(thrown);
      const elsewhere = error.errors.find(
        ({ pointer }) => stepOf(pointer.split('/')[1] ?? '') !== 'location',
      );
      if (!elsewhere) throw error;
      setRefused(errorsByField(error.errors, () => t('form.check')));
      go(stepOf(elsewhere.pointer.split('/')[1] ?? ''));
    }
  }

  const firstLocation = locations.data?.[0]?.id ?? '';
  const at = steps.indexOf(step);
  return (
    <Page
      heading={t('wizard.heading')}
      purpose={t('wizard.purpose')}
      example={{ method: 'POST', path: '/v1/line-groups', body: groupBodyOf(draft.values) }}
      before={
        <Link to="/lines" className={page.back}>
          <ArrowLeftRegular aria-hidden="true" />
          {t('wizard.later')}
        </Link>
      }
    >
      {failed ? (
        <ErrorState problem={failed.error} onRetry={() => void failed.refetch()} />
      ) : !locations.data || !groups.data || !templates.data ? (
        <RowSkeletons count={5} />
      ) : (
        <>
          <ol className={styles.steps} aria-label={t('wizard.steps')}>
            {steps.map((each, index) => {
              const done = index < at;
              return (
                <li
                  key={each}
                  data-done={done}
                  {...(each === step ? { 'aria-current': 'step' as const } : {})}
                >
                  {done ? (
                    <button type="button" onClick={() => go(each)}>
                      <span className={styles.dot} aria-hidden="true">
                        <CheckmarkRegular />
                      </span>
                      {t(`wizard.step.${each}`)}
                      <span className="tl-hidden"> ({t('wizard.done')})</span>
                    </button>
                  ) : (
                    <span>
                      <span className={styles.dot} aria-hidden="true">
                        {index + 1}
                      </span>
                      {t(`wizard.step.${each}`)}
                    </span>
                  )}
                </li>
              );
            })}
          </ol>
          <section className={styles.step} aria-labelledby="wizard-step">
            <h2 id="wizard-step" ref={heading} tabIndex={-1}>
              {t(`wizard.title.${step}`)}
            </h2>
            {template && step !== 'type' ? (
              <p className={styles.chosen}>
                {t('group.template', {
                  name: productName(template) ?? t(`group.kinds.${template.presets.kind}`),
                })}
              </p>
            ) : null}
            {template && (step === 'connection' || step === 'lines') ? (
              <ul className={styles.hints}>
                {template.hints[language].map((hint) => (
                  <li key={hint}>{hint}</li>
                ))}
              </ul>
            ) : null}
            {step === 'type' ? (
              <TypeStep draft={draft} templates={templates.data} onDone={() => go('connection')} />
            ) : step === 'connection' ? (
              <ConnectionStep
                draft={draft}
                template={template}
                refused={refused}
                onDone={() => {
                  setRefused({});
                  go('location');
                }}
              />
            ) : step === 'location' ? (
              <LocationStep draft={draft} locations={locations.data} onSave={saveGroup} />
            ) : step === 'lines' && group ? (
              <LinesStep draft={draft} group={group} onDone={() => go('test')} />
            ) : group ? (
              <TestStep
                group={group}
                onAgain={() => go('connection')}
                onDone={() => {
                  writeItem(key, null);
                  void navigate({ to: '/lines/$groupId', params: { groupId: group.id } });
                }}
              />
            ) : null}
          </section>
        </>
      )}
    </Page>
  );
}
