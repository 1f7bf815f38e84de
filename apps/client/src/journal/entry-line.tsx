import { Button } from '@fluentui/react-button';
import { CallRegular } from '@fluentui/react-icons/svg/call';
import { CallInboundRegular } from '@fluentui/react-icons/svg/call-inbound';
import { CallMissedRegular } from '@fluentui/react-icons/svg/call-missed';
import { CallOutboundRegular } from '@fluentui/react-icons/svg/call-outbound';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { NoteRegular } from '@fluentui/react-icons/svg/note';
import type { JournalEntry } from '@trunkline/contracts/journal.ts';
import type { Person } from '@trunkline/contracts/people.ts';
import { formatClock, formatDuration } from '@trunkline/ui/format/time.ts';
import { lazy, Suspense, useId } from 'react';
import { useServices } from '../app/services.ts';
import { useDialling } from '../calls/use-dialling.ts';
import { useT } from '../i18n/index.ts';
import { personOfNumber } from '../people/find.ts';
import { type OwnLine, ownDisplay } from '../people/own-display.ts';
import { wantsAttention } from './entries.ts';
import styles from './entry-line.module.css';
import type { EntryChange } from './use-update-entry.ts';

const EntryDetails = lazy(() => import('./entry-details.tsx'));

export interface EntryLineProps {
  entry: JournalEntry;
  people: readonly Person[];
  /** Lines of one's own, which show how numbers read here. */
  lines: readonly OwnLine[];
  open: boolean;
  onToggle: () => void;
  onChange: (change: EntryChange) => Promise<unknown>;
}

function DirectionIcon({ entry }: { entry: JournalEntry }) {
  if (entry.unanswered) return <CallMissedRegular />;
  return entry.direction === 'incoming' ? <CallInboundRegular /> : <CallOutboundRegular />;
}

/** One call: who, what became of it, when; call back in one click, details below. */
export function EntryLine({ entry, people, lines, open, onToggle, onChange }: EntryLineProps) {
  const { t, language } = useT();
  const { phone } = useServices();
  const dialling = useDialling();
  const id = useId();
  const known = personOfNumber(people, entry.remoteNumber);
  const number =
    known?.display ?? (entry.remoteNumber ? ownDisplay(entry.remoteNumber, lines) : null);
  const name = known?.person.displayName ?? entry.remoteName;
  const title = name ?? number ?? (entry.private ? t('journal.private') : t('journal.unknown'));
  const bold = wantsAttention(entry);
  const talked = entry.answeredAt !== null && entry.durationMs > 0;
  const result =
    entry.result === 'answered' && entry.direction === 'outgoing'
      ? t('journal.result.answeredOut')
      : t(`journal.result.${entry.result}`);
  const words =
    entry.direction === 'incoming'
      ? t('journal.incomingFrom', { name: title })
      : t('journal.outgoingTo', { name: title });

  function toggle(): void {
    onToggle();
    if (bold && !open) void onChange({ seen: true }).catch(() => undefined);
  }

  return (
    <li className={styles.entry} data-attention={bold} data-missed={entry.unanswered}>
      <div className={styles.line}>
        <button
          type="button"
          className={styles.main}
          aria-expanded={open}
          aria-controls={`${id}-details`}
          onClick={toggle}
        >
          <span className={styles.icon} aria-hidden="true">
            <DirectionIcon entry={entry} />
          </span>
          <span className={styles.text}>
            <span className={styles.title}>
              <span className="tl-hidden">{words}. </span>
              <span aria-hidden="true">{title}</span>
              {name && number ? <span className={styles.number}>{number}</span> : null}
            </span>
            <span className={styles.words}>
              {result}
              {talked ? ` · ${formatDuration(entry.durationMs, language)}` : null}
              {entry.note ? (
                <span className={styles.note}>
                  <NoteRegular aria-hidden="true" />
                  {entry.note}
                </span>
              ) : null}
            </span>
          </span>
          <time className={`${styles.time} tl-numeric`} dateTime={entry.startedAt}>
            {formatClock(new Date(entry.startedAt), language)}
          </time>
          <span className={styles.chevron} aria-hidden="true">
            <ChevronDownRegular />
          </span>
        </button>
        <span className={styles.call}>
          {entry.remoteNumber && dialling !== 'off' ? (
            <Button
              appearance="subtle"
              shape="circular"
              icon={<CallRegular />}
              disabledFocusable={dialling === 'barred'}
              aria-label={t('journal.callBack', { name: title })}
              title={t('journal.callBack', { name: title })}
              onClick={() => {
                phone.dial(entry.remoteNumber ?? '');
                if (bold) void onChange({ seen: true }).catch(() => undefined);
              }}
            />
          ) : null}
        </span>
      </div>
      <div id={`${id}-details`} hidden={!open}>
        {open ? (
          <Suspense fallback={<div className={styles.waiting} />}>
            <EntryDetails
              entry={entry}
              display={number}
              line={ownDisplay(entry.lineNumber, lines)}
              onChange={onChange}
            />
          </Suspense>
        ) : null}
      </div>
    </li>
  );
}
