import type { TimelineEvent } from '@trunkline/contracts/call-records.ts';
import { groupNumber } from '@trunkline/ui/format/number.ts';
import type { CSSProperties } from 'react';
import { useT } from '../i18n/index.ts';
import styles from './ladder.module.css';
import { formatOffset, type LadderRow, ladderOf, startLineParts } from './ladder-rows.ts';
import { caseAndWords, nodeWords } from './node-words.ts';

/**
 * The ladder diagram of a call. It is a list: each row says in words who told whom what and when;
 * the lines and arrows are drawn around those words.
 */
export function Ladder({ events }: { events: readonly TimelineEvent[] }) {
  const { t } = useT();
  const { rows, lanes } = ladderOf(events);
  const laneOf = (lane: LadderRow['from']) => lanes.indexOf(lane);
  return (
    <div className={styles.frame} style={{ '--lanes': lanes.length } as CSSProperties}>
      <div className={styles.head} aria-hidden="true">
        {lanes.map((lane) => (
          <span key={lane}>{t(`calls.lane.${lane}`)}</span>
        ))}
      </div>
      <ol className={styles.rows}>
        {rows.map((row) => {
          const [from, to] = [laneOf(row.from), laneOf(row.to)];
          const [first, last] = [Math.min(from, to), Math.max(from, to)];
          return (
            <li key={row.id} className={styles.row} data-tone={row.tone}>
              <span className={styles.time}>
                <span className="tl-hidden">
                  {t('calls.at', { time: `${formatOffset(row.offsetMs)} s` })}
                </span>
                <span aria-hidden="true">{formatOffset(row.offsetMs)}</span>
              </span>
              <span className={styles.lanes}>
                {lanes.map((lane) => (
                  <span key={lane} className={styles.line} aria-hidden="true" />
                ))}
                <span
                  className={from === to ? styles.note : styles.arrow}
                  data-back={to < from}
                  style={{ '--first': first, '--span': last - first } as CSSProperties}
                >
                  <span className={styles.who}>
                    {from === to
                      ? t(`calls.lane.${row.from}`)
                      : t('calls.arrow', {
                          from: t(`calls.lane.${row.from}`),
                          to: t(`calls.lane.${row.to}`),
                        })}
                    {': '}
                  </span>
                  <RowWords row={row} />
                </span>
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function RowWords({ row }: { row: LadderRow }) {
  const { t } = useT();
  const { text } = row;
  if ('sip' in text) {
    const { head, rest } = startLineParts(text.sip);
    return (
      <code className={styles.sip} title={text.sip}>
        <strong>{head}</strong> {rest}
      </code>
    );
  }
  const { key, values } = text;
  const say = t as (key: string, values?: Readonly<Record<string, string | number>>) => string;
  // Words for values a newer node may have invented: without a text they stand as they are.
  const word = (group: string, value: string | number) => {
    const path = `calls.${group}.${value}`;
    const said = say(path);
    return said === path ? String(value) : said;
  };
  const worded = { ...values };
  /** The node's own words; what it says that we have no text for stands as it is. */
  const said = (detail: string): string => {
    const { reason, words } = caseAndWords(detail);
    const known = nodeWords(words);
    const text = known
      ? say(
          `calls.said.${known.key}`,
          Object.fromEntries(
            Object.entries(known.values).map(([name, value]) => [name, word(name, value)]),
          ),
        )
      : words;
    return reason === null ? text : `${word('reason', reason)}: ${text}`;
  };
  if (key === 'route') {
    const decision = word('route', values.decision ?? '');
    const detail = String(values.detail ?? '');
    return <span>{detail === '' ? decision : `${decision} (${said(detail)})`}</span>;
  }
  if (typeof values.line === 'string') worded.line = groupNumber(values.line);
  if (typeof values.target === 'string') worded.target = groupNumber(values.target);
  if (values.reason !== undefined)
    worded.reason = word(key === 'limit' ? 'limit' : 'reason', values.reason);
  if (values.cause !== undefined) worded.cause = word('cause', values.cause);
  if (values.encryption !== undefined) worded.encryption = say(`calls.${values.encryption}`);
  return (
    <span>
      {say(`calls.event.${key}`, worded)}
      {key === 'ended' && values.text ? ` (${said(String(values.text))})` : null}
    </span>
  );
}
