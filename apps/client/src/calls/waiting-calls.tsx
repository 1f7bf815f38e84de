import { Button } from '@fluentui/react-button';
import { ArrowSwapRegular } from '@fluentui/react-icons/svg/arrow-swap';
import { CallEndFilled } from '@fluentui/react-icons/svg/call-end';
import { MergeRegular } from '@fluentui/react-icons/svg/merge';
import type { CallView } from '@trunkline/contracts/calls.ts';
import { errorText } from '@trunkline/ui/api/errors.ts';
import { PersonAvatar } from '@trunkline/ui/components/person.tsx';
import { RunningTimer } from '@trunkline/ui/components/time-text.tsx';
import { useState } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import { partyName } from './alerts.ts';
import { may, mayConnect } from './permitted.ts';
import type { ShownCall } from './shown-calls.ts';
import styles from './waiting-calls.module.css';

export interface WaitingCallsProps {
  waiting: readonly ShownCall[];
  /** The call in full, with which they can be joined. */
  front: CallView | null;
}

/** Calls that wait: back to them, join them with the one that goes on, or end them. */
export default function WaitingCalls({ waiting, front }: WaitingCallsProps) {
  return (
    <>
      {waiting.map(({ key, call }) =>
        call ? <WaitingCall key={key} call={call} front={front} waiting={waiting.length} /> : null,
      )}
    </>
  );
}

interface WaitingCallProps {
  call: CallView;
  front: CallView | null;
  /** How many calls wait. */
  waiting: number;
}

function WaitingCall({ call, front, waiting }: WaitingCallProps) {
  const { t, language } = useT();
  const { phone } = useServices();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const name = partyName(call, t('call.unknown'));

  function run(work: Promise<void>): void {
    setBusy(true);
    setProblem(null);
    work
      .catch((error: unknown) => setProblem(errorText(error, language)))
      .finally(() => setBusy(false));
  }

  const joins = front !== null && mayConnect(front, call);
  const back = front ? t('call.swapTo', { name }) : t('call.resumeName', { name });
  return (
    <section className={styles.row} aria-label={t('call.waiting', { name })}>
      <PersonAvatar name={call.remote.name ?? ''} badge={false} size={32} />
      <span className={styles.text}>
        <span className={styles.name}>{name}</span>
        <span className={styles.words}>
          {call.transferring ? t('call.state.transferring') : t('call.state.held')}
          {call.answeredAt ? (
            <>
              {' · '}
              <RunningTimer since={call.answeredAt} />
            </>
          ) : null}
        </span>
      </span>
      <span className={styles.buttons}>
        {may(call, 'hold') || may(call, 'toggle') ? (
          <Button
            appearance="subtle"
            icon={<ArrowSwapRegular />}
            aria-label={back}
            title={back}
            disabledFocusable={busy || call.transferring}
            onClick={() => run(phone.resume(call.id))}
          />
        ) : null}
        <Button
          appearance="subtle"
          className={styles.end ?? ''}
          icon={<CallEndFilled />}
          aria-label={t('call.hangUpName', { name })}
          title={t('call.hangUpName', { name })}
          onClick={() => phone.hangUp(call.id)}
        />
      </span>
      {joins ? (
        <Button
          className={styles.connect ?? ''}
          appearance={waiting > 1 ? 'secondary' : 'primary'}
          icon={<MergeRegular />}
          disabledFocusable={busy}
          onClick={() => run(phone.connect(call.id, front.id))}
        >
          {t('call.connectWith', { other: partyName(front, t('call.unknown')) })}
        </Button>
      ) : null}
      {problem ? (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      ) : null}
    </section>
  );
}
