import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import { NumberText } from '@trunkline/ui/components/number-text.tsx';
import { formatDuration, formatFull } from '@trunkline/ui/format/time.ts';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useT } from '../i18n/index.ts';
import styles from './entry-line.module.css';
import type { EntryChange } from './use-update-entry.ts';

export interface EntryDetailsProps {
  entry: JournalEntry;
  display: string | null;
  /** The own line as people read it. */
  line: string;
  onChange: (change: EntryChange) => Promise<unknown>;
}

/** Everything known about one call, and its note. */
export default function EntryDetails({ entry, display, line, onChange }: EntryDetailsProps) {
  const { t, language } = useT();
  const full = (at: string) => formatFull(new Date(at), language);
  const facts: [string, ReactNode][] = [
    ...(entry.remoteNumber
      ? [
          [
            t('journal.number'),
            <NumberText
              key="number"
              number={entry.remoteNumber}
              {...(display ? { display } : {})}
              copy
            />,
          ] as [string, ReactNode],
        ]
      : []),
    [t('journal.line'), line],
    [t('journal.started'), full(entry.startedAt)],
    ...(entry.answeredAt
      ? [[t('journal.answered'), full(entry.answeredAt)] as [string, ReactNode]]
      : []),
    [t('journal.ended'), full(entry.endedAt)],
    ...(entry.durationMs > 0
      ? [[t('journal.duration'), formatDuration(entry.durationMs, language)] as [string, ReactNode]]
      : []),
    [t('journal.endedBy'), t(`journal.by.${entry.endedBy}`)],
    ...(entry.sipCode === null
      ? []
      : [[t('journal.reason'), `${entry.cause} · SIP ${entry.sipCode}`] as [string, ReactNode]]),
  ];
  return (
    <div className={styles.details}>
      <dl className={styles.facts}>
        {facts.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <NoteField entry={entry} onChange={onChange} />
    </div>
  );
}

/** The note saves itself a moment after the last key, and when the field is left. */
function NoteField({ entry, onChange }: Pick<EntryDetailsProps, 'entry' | 'onChange'>) {
  const { t } = useT();
  const id = useId();
  const [text, setText] = useState(entry.note);
  const [state, setState] = useState<'same' | 'saved' | 'failed'>('same');
  const saved = useRef(entry.note);
  const latest = useRef({ text, onChange });
  latest.current = { text, onChange };

  function save(): void {
    const now = latest.current;
    if (now.text === saved.current) return;
    const before = saved.current;
    saved.current = now.text;
    now.onChange({ note: now.text }).then(
      () => setState('saved'),
      () => {
        saved.current = before;
        setState('failed');
      },
    );
  }
  const saveNow = useRef(save);
  saveNow.current = save;

  useEffect(() => {
    const timer = setTimeout(() => saveNow.current(), 1_200);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => () => saveNow.current(), []);

  return (
    <div className={styles.noteField}>
      <label htmlFor={id}>{t('journal.note')}</label>
      <textarea
        id={id}
        value={text}
        rows={2}
        maxLength={2000}
        placeholder={t('journal.notePlaceholder')}
        onChange={(event) => {
          setText(event.target.value);
          setState('same');
        }}
        onBlur={save}
      />
      <p role="status" className={state === 'failed' ? styles.failed : styles.saved}>
        {state === 'saved' ? t('journal.noteSaved') : null}
        {state === 'failed' ? t('journal.noteFailed') : null}
      </p>
    </div>
  );
}
