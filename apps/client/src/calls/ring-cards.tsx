import { useQuery } from '@tanstack/react-query';
import type { CallView } from '@trunkline/contracts/calls.ts';
import type { Calls } from '@trunkline/ui/stores/live.ts';
import { useStore } from '@trunkline/ui/stores/store.ts';
import { useEffect, useRef, useState } from 'react';
import { useServices } from '../app/services.ts';
import { meQuery } from '../data/queries.ts';
import { useT } from '../i18n/index.ts';
import { blinkTitle, partyName, ringUntil } from './alerts.ts';
import { callOf, canWait } from './leg.ts';
import { may } from './permitted.ts';
import { RingCard, type Running } from './ring-card.tsx';
import styles from './ring-cards.module.css';

/** What a new call means for the ones that go on in this window. */
function useRunning(): Running {
  const { live, phone } = useServices();
  const of = (): Running => {
    const going = phone.legs
      .get()
      .filter((leg) => leg.phase !== 'failed')
      .map((leg) => callOf(leg, live.calls.get()));
    if (going.every((call) => call?.held)) return 'none';
    return going.every(canWait) ? 'holdable' : 'ending';
  };
  useStore(live.calls, of);
  return useStore(phone.legs, of);
}

function talksSomewhere(calls: Calls): boolean {
  return Object.values(calls).some(
    (call) => call.state === 'connected' && call.deviceId !== null && !call.held,
  );
}

/** Calls that ring here. `Alt+A` and `Alt+R` act on the oldest one. */
export default function RingCards({ calls }: { calls: readonly CallView[] }) {
  const { t } = useT();
  const { api, live, phone, profile, tones } = useServices();
  const running = useRunning();
  // Who talks in another window or on another device is told there, softly.
  const elsewhere = useStore(live.calls, talksSomewhere);
  const lines = useQuery(meQuery(api, profile.id)).data?.lines ?? [];
  const [quiet, setQuiet] = useState(false);
  const first = calls[0];
  const name = first ? partyName(first, t('call.unknown')) : '';
  const talking = running !== 'none';

  useEffect(() => {
    if (quiet || (elsewhere && !talking)) return;
    return talking ? tones.waiting() : ringUntil(tones);
  }, [quiet, talking, elsewhere, tones]);

  useEffect(() => blinkTitle(t('call.ringing', { name })), [name, t]);

  const latest = useRef({ first, phone });
  latest.current = { first, phone };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { first: call, phone: own } = latest.current;
      if (!call || !event.altKey || event.ctrlKey || event.metaKey) return;
      // By place on the keyboard: with Alt held, macOS sends another character.
      const pressed = (letter: string) =>
        event.code === `Key${letter}` || event.key.toUpperCase() === letter;
      if (pressed('A') && may(call, 'answer')) own.answer(call.id);
      else if (pressed('R') && may(call, 'reject') && !call.hideReject)
        own.reject(call.id).catch(() => {
          // Gone meanwhile: the next event takes the card away.
        });
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className={styles.cards}>
      {calls.map((call) => (
        <RingCard
          key={call.id}
          call={call}
          lines={lines}
          quiet={quiet}
          running={running}
          onQuiet={() => setQuiet(true)}
        />
      ))}
    </div>
  );
}
