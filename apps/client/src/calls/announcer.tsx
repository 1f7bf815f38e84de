import type { CallView } from '@trunkline/contracts/calls.ts';
import { useT } from '../i18n/index.ts';
import { partyName } from './alerts.ts';
import { endKey, type ShownCall, stateKey } from './shown-calls.ts';

/** Says changes of calls aloud: ringing at once, everything else when there is a pause. */
export function Announcer({
  ringing,
  shown,
}: {
  ringing: readonly CallView[];
  shown: readonly ShownCall[];
}) {
  const { t } = useT();
  const unknown = t('call.unknown');
  // With one call it is clear whose state it is; with several each one says so.
  const several = shown.length > 1;
  return (
    <>
      <div className="tl-hidden" role="alert">
        {ringing.map((call) => (
          <p key={call.id}>
            {t('call.ringing', { name: partyName(call, unknown) })}. {t('call.answer')}{' '}
            {t('call.shortcutAnswer')}
          </p>
        ))}
      </div>
      <div className="tl-hidden" aria-live="polite">
        {shown.map(({ key, call, leg }) => (
          <p key={key}>
            {several && call ? `${partyName(call, unknown)}: ` : null}
            {call?.state === 'ended'
              ? t(`call.end.${endKey(call)}`)
              : t(`call.state.${stateKey(leg, call)}`)}
            {leg?.muted ? `, ${t('call.muted')}` : null}
          </p>
        ))}
      </div>
    </>
  );
}
