import { ArrowLeftRegular } from '@fluentui/react-icons/svg/arrow-left';
import { Link, useParams } from '@tanstack/react-router';
import type { NodeEventData } from '@trunkline/contracts/call-events.ts';
import type { CallRecord, CallTimeline, TimelineEvent } from '@trunkline/contracts/call-records.ts';
import type { LegQuality } from '@trunkline/contracts/media.ts';
import { ApiError } from '@trunkline/ui/api/errors.ts';
import { Bone } from '@trunkline/ui/components/skeleton.tsx';
import { ErrorState } from '@trunkline/ui/components/states.tsx';
import { DurationText, RunningTimer } from '@trunkline/ui/components/time-text.tsx';
import { groupNumber } from '@trunkline/ui/format/number.ts';
import { formatFull } from '@trunkline/ui/format/time.ts';
import type { ReactNode } from 'react';
import { useT } from '../i18n/index.ts';
import { NotFound } from '../shell/not-found.tsx';
import { Page } from '../shell/page.tsx';
import styles from './call-page.module.css';
import { useTimeline } from './call-queries.ts';
import { useRemoteWords } from './calls-page.tsx';
import { Ladder } from './ladder.tsx';
import { type NumberStep, numberSteps } from './number-steps.ts';
import { VerdictText } from './verdict-text.tsx';

/** One call: the verdict first, then the facts, then every step. */
export function CallPage() {
  const { t, language } = useT();
  const { callId } = useParams({ from: '/shell/calls/$callId' });
  const timeline = useTimeline(callId);
  const remoteWords = useRemoteWords();
  const { data, error } = timeline;
  if (data === undefined && error instanceof ApiError && error.status === 404) return <NotFound />;
  return (
    <Page
      heading={data ? t('calls.callWith', { remote: remoteWords(data.call) }) : '…'}
      purpose={
        data
          ? [
              t(`calls.${data.call.direction}`),
              formatFull(new Date(data.call.startedAt), language),
            ].join(' · ')
          : ''
      }
      example={{ method: 'GET', path: `/v1/calls/${callId}` }}
      before={
        <Link to="/calls" className={styles.back}>
          <ArrowLeftRegular aria-hidden="true" />
          {t('calls.back')}
        </Link>
      }
    >
      {data ? (
        <Story timeline={data} />
      ) : timeline.isError ? (
        <ErrorState problem={error} onRetry={() => void timeline.refetch()} />
      ) : (
        <div aria-hidden="true" className={styles.waiting}>
          <Bone height={76} />
          <Bone height={180} />
          <Bone height={360} />
        </div>
      )}
    </Page>
  );
}

function Story({ timeline: { call, events, truncated } }: { timeline: CallTimeline }) {
  const { t } = useT();
  return (
    <>
      <VerdictText verdict={call.verdict} full />
      <div className={styles.columns}>
        <Facts call={call} />
        <Quality call={call} />
      </div>
      <NumberSteps events={events} />
      <section aria-labelledby="timeline" className={styles.section}>
        <h2 id="timeline">{t('calls.timeline')}</h2>
        <p className={styles.quiet}>{t(truncated ? 'calls.truncated' : 'calls.timelineHint')}</p>
        <Ladder events={events} />
      </section>
    </>
  );
}

function Facts({ call }: { call: CallRecord }) {
  const { t, language } = useT();
  return (
    <section aria-labelledby="facts" className={styles.card}>
      <h2 id="facts">{t('calls.facts')}</h2>
      <dl className={styles.facts}>
        <Fact label={t('calls.started')}>{formatFull(new Date(call.startedAt), language)}</Fact>
        <Fact label={t('calls.talk')}>
          {call.endedAt === null && call.answeredAt !== null ? (
            <RunningTimer since={call.answeredAt} />
          ) : (
            <DurationText ms={call.durationMs} />
          )}
        </Fact>
        <Fact label={t('calls.line')}>{groupNumber(call.lineNumber)}</Fact>
        <Fact label={t('calls.users')}>
          {call.users.map((user) => user.displayName).join(', ') || t('calls.nobody')}
        </Fact>
        {call.endedBy ? (
          <Fact label={t('calls.endedBy')}>{t(`calls.by.${call.endedBy}`)}</Fact>
        ) : null}
        {call.sipCode === null ? null : <Fact label={t('calls.sip')}>{call.sipCode}</Fact>}
      </dl>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const sides = ['client', 'pbx'] as const;

/** Both sides next to each other: where the sound suffered is seen at once. */
function Quality({ call: { quality } }: { call: CallRecord }) {
  const { t, language } = useT();
  const figure = (value: number | null, digits: number, unit: string) =>
    value === null
      ? '–'
      : `${value.toLocaleString(language, { maximumFractionDigits: digits })}${unit}`;
  const rows: [label: string, cell: (leg: LegQuality) => ReactNode][] = [
    [
      t('calls.mos'),
      (leg) => <span data-poor={(leg.mos ?? 5) < 3.6}>{figure(leg.mos, 1, '')}</span>,
    ],
    [
      t('calls.loss'),
      (leg) => <span data-poor={leg.lossPercent >= 3}>{figure(leg.lossPercent, 1, ' %')}</span>,
    ],
    [t('calls.jitter'), (leg) => figure(leg.jitterMs, 1, ' ms')],
    [t('calls.roundTrip'), (leg) => figure(leg.roundTripMs, 0, ' ms')],
    [t('calls.codec'), (leg) => leg.codec ?? '–'],
    [t('calls.encryption'), (leg) => t(leg.encrypted ? 'calls.encrypted' : 'calls.notEncrypted')],
  ];
  const shown = sides.filter((side) => quality?.[side]);
  return (
    <section aria-labelledby="quality" className={styles.card}>
      <h2 id="quality">{t('calls.quality')}</h2>
      {shown.length === 0 ? (
        <p className={styles.quiet}>{t('calls.noQuality')}</p>
      ) : (
        <table className={styles.quality}>
          <thead>
            <tr>
              <td />
              {shown.map((side) => (
                <th key={side} scope="col" title={t(`calls.side.${side}`)}>
                  {t(`calls.from.${side}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([label, cell]) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {shown.map((side) => {
                  const leg = quality?.[side];
                  return <td key={side}>{leg ? cell(leg) : null}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** The number pipeline of an outgoing call, step by step. */
function NumberSteps({ events }: { events: readonly TimelineEvent[] }) {
  const { t } = useT();
  const started = events.find((event) => event.type === 'call.started');
  const dialled = (started?.data as NodeEventData<'call.started'> | undefined)?.dialled;
  if (!dialled) return null;
  const steps = numberSteps(dialled.trace);
  const say = t as (key: string) => string;
  const words = ({ step, rule }: NumberStep) => {
    const path = `calls.numberStep.${step}`;
    const said = say(path);
    return said === path ? `${step} ${rule}` : said;
  };
  return (
    <section aria-labelledby="number" className={styles.card}>
      <h2 id="number">{t('calls.number')}</h2>
      <ol className={styles.steps}>
        <li>
          <span>{t('calls.typed')}</span>
          <strong>{dialled.typed}</strong>
        </li>
        {steps.map((step, index) => (
          <li key={index}>
            <span>
              {words(step)}
              <code title={step.rule}>{step.step}</code>
            </span>
            {step.before === step.after ? (
              <span className={styles.quiet}>{t('calls.unchanged')}</span>
            ) : (
              <strong>{step.after}</strong>
            )}
          </li>
        ))}
        <li>
          <span>{t('calls.sent')}</span>
          <strong>{dialled.sent}</strong>
        </li>
      </ol>
    </section>
  );
}
