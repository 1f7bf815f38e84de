import { ShieldCheckmarkRegular } from '@fluentui/react-icons/svg/shield-checkmark';
import { useQuery } from '@tanstack/react-query';
import type { CallLimits } from '@trunkline/contracts/call-limits.ts';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { ErrorState } from '@trunkline/ui/components/states.tsx';
import { useServices } from '../app/services.ts';
import { ChipsField } from '../forms/chips-field.tsx';
import { useDraft } from '../forms/draft.ts';
import { NumberField, TextField } from '../forms/fields.tsx';
import { Section } from '../forms/section.tsx';
import { useUnsaved } from '../forms/unsaved.tsx';
import { useT } from '../i18n/index.ts';
import { Page } from '../shell/page.tsx';
import {
  bounds,
  countryName,
  type LimitValues,
  limitsOf,
  outOfBounds,
  readCountry,
  readPrefix,
  valuesOfLimits,
} from './limits.ts';
import styles from './limits-page.module.css';

/** The toll-fraud floor of the company (VOX-133). */
export function LimitsPage() {
  const { t } = useT();
  const { api } = useServices();
  const limits = useQuery({
    queryKey: ['call-limits'],
    queryFn: ({ signal }) => api.get<CallLimits>('/v1/call-limits', { signal }),
    // What is being typed is not to be taken away.
    refetchOnWindowFocus: false,
  });
  return (
    <Page
      heading={t('limits.heading')}
      purpose={t('limits.purpose')}
      example={{ method: 'GET', path: '/v1/call-limits' }}
    >
      <div className={styles.emergency}>
        <ShieldCheckmarkRegular aria-hidden="true" />
        <div>
          <strong>{t('limits.emergency')}</strong>
          <p>{t('limits.emergencyBody')}</p>
        </div>
      </div>
      {limits.data === undefined && limits.isError ? (
        <ErrorState problem={limits.error} onRetry={() => void limits.refetch()} />
      ) : limits.data === undefined ? (
        <RowSkeletons count={6} />
      ) : (
        <LimitsForm limits={limits.data} />
      )}
    </Page>
  );
}

type Part = (keyof LimitValues)[];
const amounts: Part = ['concurrentCalls', 'callsPerMinute', 'callsPerMinuteUser', 'foreign'];

function LimitsForm({ limits }: { limits: CallLimits }) {
  const { t, language } = useT();
  const { api, client } = useServices();
  const { onDirty, dialog } = useUnsaved();
  const amount = useDraft(valuesOfLimits(limits));
  const target = useDraft(valuesOfLimits(limits));

  /** The API takes all limits at once: the other section's unsaved changes stay out of it. */
  async function save(change: Partial<LimitValues>): Promise<LimitValues> {
    const now = valuesOfLimits(await api.get<CallLimits>('/v1/call-limits'));
    const saved = await api.put<CallLimits>('/v1/call-limits', limitsOf({ ...now, ...change }));
    client.setQueryData(['call-limits'], saved);
    return valuesOfLimits(saved);
  }

  return (
    <div className={styles.form}>
      <Section
        heading={t('limits.amount')}
        level={2}
        hint={t('limits.amountHint')}
        dirty={amount.dirty}
        onDirty={onDirty}
        onDiscard={() => amount.reset()}
        check={() =>
          Object.fromEntries(
            outOfBounds(amount.values).map((field) => [
              field,
              t('limits.wholeNumber', { min: bounds[field][0], max: bounds[field][1] }),
            ]),
          )
        }
        onSave={async () => {
          const now = amount.values;
          amount.reset(await save(Object.fromEntries(amounts.map((name) => [name, now[name]]))));
        }}
      >
        {(errors) => (
          <>
            <NumberField
              draft={amount}
              field="concurrentCalls"
              label={t('limits.concurrentCalls')}
              hint={t('limits.concurrentHint')}
              errors={errors}
              min={1}
              max={10_000}
            />
            <NumberField
              draft={amount}
              field="callsPerMinute"
              label={t('limits.callsPerMinute')}
              hint={t('limits.callsPerMinuteHint')}
              errors={errors}
              min={1}
              max={10_000}
            />
            <NumberField
              draft={amount}
              field="callsPerMinuteUser"
              label={t('limits.callsPerMinuteUser')}
              hint={t('limits.callsPerMinuteUserHint')}
              errors={errors}
              min={1}
              max={1_000}
            />
            <TextField
              draft={amount}
              field="foreign"
              label={t('limits.foreign')}
              hint={t('limits.foreignHint')}
              errors={{
                ...errors,
                ...(errors.foreignMinutesPerHour ? { foreign: errors.foreignMinutesPerHour } : {}),
              }}
              inputMode="numeric"
              maxLength={6}
            />
          </>
        )}
      </Section>
      <Section
        heading={t('limits.destinations')}
        level={2}
        hint={t('limits.destinationsHint')}
        dirty={target.dirty}
        onDirty={onDirty}
        onDiscard={() => target.reset()}
        onSave={async () => {
          const { countries, blockedPrefixes } = target.values;
          target.reset(await save({ countries, blockedPrefixes }));
        }}
      >
        {(errors) => (
          <>
            <ChipsField
              draft={target}
              field="countries"
              label={t('limits.countries')}
              hint={t('limits.countriesHint')}
              addLabel={t('limits.country')}
              placeholder="49"
              read={readCountry}
              wrong={t('limits.countryWrong')}
              show={(code) =>
                code === '*' ? t('limits.allCountries') : countryName(code, language)
              }
              errors={errors}
              maxItems={300}
            />
            <ChipsField
              draft={target}
              field="blockedPrefixes"
              label={t('limits.blocked')}
              hint={t('limits.blockedHint')}
              addLabel={t('limits.prefix')}
              placeholder="+49900"
              inputMode="tel"
              read={readPrefix}
              wrong={t('limits.prefixWrong')}
              errors={errors}
              maxItems={1_000}
            />
          </>
        )}
      </Section>
      {dialog}
    </div>
  );
}
