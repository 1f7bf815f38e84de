import { Button } from '@fluentui/react-button';
import { CallInboundRegular } from '@fluentui/react-icons/svg/call-inbound';
import { CallOutboundRegular } from '@fluentui/react-icons/svg/call-outbound';
import { SearchRegular } from '@fluentui/react-icons/svg/search';
import { Input } from '@fluentui/react-input';
import { Select } from '@fluentui/react-select';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { CallRecord } from '@trunkline/contracts/call-records.ts';
import { RowSkeletons } from '@trunkline/ui/components/skeleton.tsx';
import { EmptyState, ErrorState } from '@trunkline/ui/components/states.tsx';
import { RunningTimer, TimeText } from '@trunkline/ui/components/time-text.tsx';
import { groupNumber } from '@trunkline/ui/format/number.ts';
import { formatMoment, formatTimer } from '@trunkline/ui/format/time.ts';
import { useEffect, useState } from 'react';
import { useGroups } from '../app/queries.ts';
import { useT } from '../i18n/index.ts';
import { Page } from '../shell/page.tsx';
import table from '../shell/table.module.css';
import { type CallFilter, outcomes, queryOf } from './call-filter.ts';
import { useCalls } from './call-queries.ts';
import styles from './calls-page.module.css';
import { VerdictText } from './verdict-text.tsx';

/** Typing waits this long for the next letter before it searches, ms. */
const pauseMs = 250;

/** All calls of the company: search, and see at once what went wrong. */
export function CallsPage() {
  const { t } = useT();
  const filter = useSearch({ from: '/shell/calls' });
  const navigate = useNavigate();
  const groups = useGroups();
  const calls = useCalls(filter);
  const shown = calls.data?.pages.flatMap((page) => page.items);
  const change = (next: CallFilter) => void navigate({ to: '/calls', search: next, replace: true });
  const filtered = Object.keys(queryOf(filter)).length > 0;
  return (
    <Page
      heading={t('calls.heading')}
      purpose={t('calls.purpose')}
      example={{ method: 'GET', path: `/v1/calls?${new URLSearchParams(queryOf(filter))}` }}
    >
      <div className={table.tools}>
        <SearchField value={filter.q ?? ''} onChange={(q) => change(without(filter, 'q', q))} />
        <Select
          aria-label={t('calls.outcome')}
          value={filter.outcome ?? ''}
          onChange={(_event, { value }) => {
            const outcome = outcomes.find((each) => each === value);
            const { outcome: _before, ...rest } = filter;
            change(outcome ? { ...rest, outcome } : rest);
          }}
        >
          <option value="">{t('calls.outcomes.all')}</option>
          {outcomes.map((outcome) => (
            <option key={outcome} value={outcome}>
              {t(`calls.outcomes.${outcome}`)}
            </option>
          ))}
        </Select>
        <Select
          aria-label={t('calls.group')}
          value={filter.group ?? ''}
          onChange={(_event, { value }) => change(without(filter, 'group', value))}
        >
          <option value="">{t('calls.allGroups')}</option>
          {(groups.data ?? []).map((group) => (
            <option key={group.id} value={group.id}>
              {group.name}
            </option>
          ))}
        </Select>
      </div>
      {shown === undefined && calls.isError ? (
        <ErrorState problem={calls.error} onRetry={() => void calls.refetch()} />
      ) : shown === undefined ? (
        <RowSkeletons count={8} />
      ) : shown.length === 0 && !calls.hasNextPage ? (
        <EmptyState
          icon={<CallInboundRegular />}
          heading={t(filtered ? 'calls.noneFound' : 'calls.empty')}
          actions={filtered ? <Button onClick={() => change({})}>{t('calls.clear')}</Button> : null}
        >
          {t(filtered ? 'calls.noneFoundBody' : 'calls.emptyBody')}
        </EmptyState>
      ) : (
        <CallTable calls={shown} />
      )}
      {calls.hasNextPage ? (
        <Button
          className={styles.more}
          disabledFocusable={calls.isFetchingNextPage}
          onClick={() => void calls.fetchNextPage()}
        >
          {t('calls.more')}
        </Button>
      ) : null}
    </Page>
  );
}

function without(filter: CallFilter, name: 'q' | 'group', value: string): CallFilter {
  const { [name]: _before, ...rest } = filter;
  return value === '' ? rest : { ...rest, [name]: value };
}

/** Keeps what is typed to itself until the typing pauses. */
function SearchField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const { t } = useT();
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), pauseMs);
    return () => clearTimeout(timer);
  });
  return (
    <Input
      type="search"
      contentBefore={<SearchRegular />}
      placeholder={t('calls.search')}
      aria-label={t('calls.search')}
      value={typed}
      onChange={(_event, data) => setTyped(data.value)}
    />
  );
}

/** Who is at the other end, in words. */
export function useRemoteWords(): (call: CallRecord) => string {
  const { t } = useT();
  return ({ remote, private: secret }) => {
    if (secret || remote === null) return t('calls.private');
    const number = remote.number === null ? t('calls.withheld') : groupNumber(remote.number);
    return remote.name ? `${remote.name} (${number})` : number;
  };
}

function CallTable({ calls }: { calls: readonly CallRecord[] }) {
  const { t, language } = useT();
  const remoteWords = useRemoteWords();
  return (
    <div className={table.wrap}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t('calls.when')}</th>
            <th scope="col">{t('calls.remote')}</th>
            <th scope="col">{t('calls.who')}</th>
            <th scope="col">{t('calls.verdict')}</th>
            <th scope="col" className={table.end}>
              {t('calls.duration')}
            </th>
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => {
            const direction = t(`calls.${call.direction}`);
            const Icon = call.direction === 'incoming' ? CallInboundRegular : CallOutboundRegular;
            const time = formatMoment(new Date(call.startedAt), new Date(), language);
            const remote = remoteWords(call);
            return (
              <tr key={call.id}>
                <td>
                  <Link
                    to="/calls/$callId"
                    params={{ callId: call.id }}
                    className={table.open}
                    aria-label={t('calls.open', { direction, remote, time })}
                  >
                    <Icon aria-hidden="true" />
                    <TimeText at={call.startedAt} />
                  </Link>
                </td>
                <td data-label={t('calls.remote')}>
                  <RemoteParty call={call} />
                </td>
                <td data-label={t('calls.who')}>
                  <span className={styles.two}>
                    <span>
                      {call.users.map((user) => user.displayName).join(', ') || (
                        <span className={table.quiet}>{t('calls.nobody')}</span>
                      )}
                    </span>
                    <span className={styles.number}>
                      <span className="tl-hidden">{t('calls.line')} </span>
                      {groupNumber(call.lineNumber)}
                    </span>
                  </span>
                </td>
                <td data-label="">
                  <VerdictText verdict={call.verdict} />
                </td>
                <td data-label={t('calls.duration')} className={table.end}>
                  {call.endedAt === null && call.answeredAt !== null ? (
                    <RunningTimer since={call.answeredAt} />
                  ) : call.durationMs > 0 ? (
                    <span className="tl-numeric">
                      {formatTimer(Math.round(call.durationMs / 1000) * 1000)}
                    </span>
                  ) : null}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Name above number; one line when only one is known. */
function RemoteParty({ call: { private: secret, remote } }: { call: CallRecord }) {
  const { t } = useT();
  if (secret || remote === null) return <span className={table.quiet}>{t('calls.private')}</span>;
  const number = remote.number === null ? t('calls.withheld') : groupNumber(remote.number);
  if (!remote.name) return <span className={styles.only}>{number}</span>;
  return (
    <span className={styles.two}>
      <span>{remote.name}</span>
      <span className={styles.number}>{number}</span>
    </span>
  );
}
