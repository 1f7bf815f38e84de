import { Button } from '@fluentui/react-button';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { ChevronUpRegular } from '@fluentui/react-icons/svg/chevron-up';
import { LockClosedFilled } from '@fluentui/react-icons/svg/lock-closed';
import { LockOpenRegular } from '@fluentui/react-icons/svg/lock-open';
import { useQuery } from '@tanstack/react-query';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { errorRegistry } from '@trunkline/contracts/errors.ts';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { RunningTimer } from '@trunkline/ui/components/time-text.tsx';
import { groupNumber } from '@trunkline/ui/format/number.ts';
import { useStore } from '@trunkline/ui/stores/store.ts';
import {
  lazy,
  type ReactNode,
  type RefObject,
  Suspense,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useServices } from '../app/services.ts';
import { peopleQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { personOfNumber } from '../people/find.ts';
import { partyName } from './alerts.ts';
import styles from './call-card.module.css';
import { CallControls, type CallPanel } from './call-controls.tsx';
import { focusIsLost } from './focus.ts';
import { Keypad } from './keypad.tsx';
import { MediaNotice } from './media-notice.tsx';
import { overall } from './quality.ts';
import { QualityBars } from './quality-bars.tsx';
import { endKey, type ShownCall, stateKey } from './shown-calls.ts';

const CallDetails = lazy(() => import('./call-details.tsx'));
const TransferPanel = lazy(() => import('./transfer-panel.tsx'));

export interface CallCardProps {
  shown: ShownCall;
  panel: CallPanel | null;
  onPanel: (panel: CallPanel | null) => void;
  /** A command about this call was refused; null takes the words away. */
  problem: string | null;
  onHold: () => void;
}

/** A call of the user: who, how long, what can be done. */
export default function CallCard({ shown, panel, onPanel, problem, onHold }: CallCardProps) {
  const { leg, call } = shown;
  const { t, language } = useT();
  const { api, live, phone, profile } = useServices();
  const people = useQuery(peopleQuery(api, profile.id, language)).data ?? [];
  const reported = useStore(live.qualities, (all) => (call === null ? undefined : all[call.id]));
  const [small, setSmall] = useState(false);
  const returned = useReturned(call, panel, onPanel);
  const card = useRef<HTMLElement>(null);
  const begunEnded = useRef(call?.state === 'ended');
  // Who begins a call goes on with the call, also by keyboard; of one that is over nothing is wanted.
  useEffect(() => {
    if (!begunEnded.current) card.current?.focus({ preventScroll: true });
  }, []);

  const known = leg?.typed ? personOfNumber(people, leg.typed) : undefined;
  const name = call
    ? partyName(call, t('call.unknown'))
    : (leg?.label ??
      known?.person.displayName ??
      (leg?.typed ? groupNumber(leg.typed) : t('call.region')));
  const number = call?.remote.name ? call.remote.display : known?.display;
  const ended = call?.state === 'ended';
  const failed = leg?.phase === 'failed';
  const connected = call?.state === 'connected';
  const emergency = leg?.emergency || call?.emergency;
  const quality = leg && connected ? overall(leg.quality, reported) : null;
  const waits = call?.held === true || call?.remoteHeld === true;
  const poor = quality === 1 && !waits;
  const error = leg?.error ?? (returned && !ended ? 'transfer_failed' : null);
  const open = small || ended || failed ? null : panel;
  useFocusAfterPanel(card, open);

  const status = ended
    ? t(`call.end.${endKey(call)}`)
    : failed
      ? t('call.end.failed')
      : t(`call.state.${stateKey(leg, call)}`);
  const marks: string[] = [];
  if (connected && !ended && (waits || call.transferring)) marks.push(status);
  if (leg?.muted) marks.push(t('call.muted'));
  if (poor) marks.push(t('call.poor'));

  return (
    <section
      ref={card}
      tabIndex={-1}
      className={styles.card}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || open === null) return;
        event.stopPropagation();
        onPanel(null);
      }}
      data-over={ended ? 'true' : undefined}
      data-small={small}
      data-held={call?.held && !ended ? 'true' : undefined}
      data-emergency={emergency ? 'true' : undefined}
      aria-label={`${t('call.region')}: ${name}`}
    >
      <header className={styles.head}>
        <PersonAvatar
          name={known || call?.remote.name || leg?.label ? name : ''}
          badge={false}
          size={small ? 36 : 48}
        />
        <span className={styles.text}>
          {emergency ? <span className={styles.emergency}>{t('call.emergency')}</span> : null}
          <span className={styles.name}>{name}</span>
          <span className={styles.status}>
            {number ? <span className="tl-numeric">{number} · </span> : null}
            {connected && call.answeredAt && !ended ? (
              <RunningTimer since={call.answeredAt} />
            ) : (
              status
            )}
          </span>
          {call?.forwardedBy && !small ? (
            <span className={styles.status}>
              {t('call.forwardedBy', {
                name: call.forwardedBy.name ?? call.forwardedBy.display,
              })}
            </span>
          ) : null}
        </span>
        {leg && connected ? (
          <button
            type="button"
            className={styles.quality}
            aria-expanded={open === 'details'}
            data-panel="details"
            onClick={() => {
              setSmall(false);
              onPanel(panel === 'details' ? null : 'details');
            }}
          >
            {call.pbxEncrypted === null ? null : call.pbxEncrypted ? (
              <LockClosedFilled aria-label={t('call.encrypted')} />
            ) : (
              <LockOpenRegular aria-label={t('call.notEncrypted')} />
            )}
            <QualityBars quality={waits ? null : quality} held={waits} />
          </button>
        ) : null}
        {leg && !failed ? (
          <Button
            appearance="subtle"
            icon={small ? <ChevronUpRegular /> : <ChevronDownRegular />}
            aria-label={small ? t('call.restore') : t('call.minimise')}
            onClick={() => setSmall(!small)}
          />
        ) : null}
      </header>

      {marks.length > 0 ? (
        <ul className={styles.marks}>
          {marks.map((mark) => (
            <li key={mark} data-poor={mark === t('call.poor') ? 'true' : undefined}>
              {mark}
            </li>
          ))}
        </ul>
      ) : null}
      {leg && !small ? <MediaNotice leg={leg} onPlay={() => phone.play(leg.key)} /> : null}
      {problem || error ? (
        <p role="alert" className={styles.problem}>
          {problem ?? (error ? errorRegistry[error].title[language] : null)}
        </p>
      ) : null}

      {leg && open === 'keypad' ? (
        <Keypad onPress={(digit) => phone.press(leg.key, digit)} />
      ) : null}
      {leg && call && open === 'transfer' ? (
        <Panel>
          <TransferPanel call={call} onDone={() => onPanel(null)} />
        </Panel>
      ) : null}
      {leg && call && open === 'details' ? (
        <Panel>
          <CallDetails leg={leg} call={call} />
        </Panel>
      ) : null}

      {ended ? null : failed ? (
        <div className={styles.actions}>
          <Button onClick={() => phone.dismiss(leg.key)}>{t('call.dismiss')}</Button>
          {leg.typed ? (
            <Button appearance="primary" onClick={() => phone.dial(leg.typed ?? '')}>
              {t('call.again')}
            </Button>
          ) : null}
        </div>
      ) : (
        <CallControls
          shown={shown}
          panel={open}
          small={small}
          onPanel={(next) => {
            setSmall(false);
            onPanel(next);
          }}
          onHold={onHold}
        />
      )}
    </section>
  );
}

/**
 * Whether the last transfer came back: it was under way, and is not any more though the call is.
 * Its panel closes when it begins.
 */
function useReturned(
  call: CallView | null,
  panel: CallPanel | null,
  onPanel: (panel: CallPanel | null) => void,
): boolean {
  const transferring = call?.transferring === true;
  const [returned, setReturned] = useState(false);
  const before = useRef(transferring);
  useEffect(() => {
    if (transferring === before.current) return;
    before.current = transferring;
    setReturned(!transferring);
    if (transferring && panel === 'transfer') onPanel(null);
  }, [transferring, panel, onPanel]);
  return returned;
}

/** When a part closes with the focus inside, the focus goes to the button that opens it. */
function useFocusAfterPanel(card: RefObject<HTMLElement | null>, open: CallPanel | null): void {
  const before = useRef(open);
  useLayoutEffect(() => {
    const closed = before.current;
    before.current = open;
    if (closed === null || open !== null || !focusIsLost()) return;
    const opener = card.current?.querySelector<HTMLElement>(`[data-panel="${closed}"]`);
    (opener ?? card.current)?.focus({ preventScroll: true });
  }, [card, open]);
}

/** A lazy part of the card; it takes its room at once. */
function Panel({ children }: { children: ReactNode }) {
  return <Suspense fallback={<div className={styles.panelWaits} />}>{children}</Suspense>;
}
