import { CallEndFilled } from '@fluentui/react-icons/svg/call-end';
import { CallTransferRegular } from '@fluentui/react-icons/svg/call-transfer';
import { DialpadRegular } from '@fluentui/react-icons/svg/dialpad';
import { MicRegular } from '@fluentui/react-icons/svg/mic';
import { MicOffFilled } from '@fluentui/react-icons/svg/mic-off';
import { PauseRegular } from '@fluentui/react-icons/svg/pause';
import { PlayFilled } from '@fluentui/react-icons/svg/play';
import type { ReactNode } from 'react';
import { useServices } from '../app/services.ts';
import { useT } from '../i18n/index.ts';
import styles from './call-card.module.css';
import { may, mayTransfer } from './permitted.ts';
import type { ShownCall } from './shown-calls.ts';

/** Parts of the call card that open below its head, one at a time. */
export type CallPanel = 'keypad' | 'transfer' | 'details';

export interface CallControlsProps {
  shown: ShownCall;
  panel: CallPanel | null;
  small: boolean;
  onPanel: (panel: CallPanel | null) => void;
  onHold: () => void;
}

/** What can be done with a call now; what its line does not offer is not there (LIN-026). */
export function CallControls({ shown, panel, small, onPanel, onHold }: CallControlsProps) {
  const { t } = useT();
  const { phone } = useServices();
  const { key, leg, call } = shown;
  const connected = call?.state === 'connected';
  const idle = connected && !call.transferring;
  const toggle = (which: CallPanel) => onPanel(panel === which ? null : which);
  return (
    <div className={styles.controls} data-small={small}>
      {leg ? (
        <div className={styles.tiles}>
          <Tile
            icon={leg.muted ? <MicOffFilled /> : <MicRegular />}
            caption={t('call.muteShort')}
            label={leg.muted ? t('call.unmute') : t('call.mute')}
            on={leg.muted}
            onClick={() => phone.mute(leg.key, !leg.muted)}
          />
          {idle && may(call, 'hold') && !small ? (
            <Tile
              icon={call.held ? <PlayFilled /> : <PauseRegular />}
              caption={call.held ? t('call.resumeShort') : t('call.holdShort')}
              label={call.held ? t('call.resume') : t('call.hold')}
              on={call.held}
              onClick={onHold}
            />
          ) : null}
          {small || (call !== null && !may(call, 'dtmf')) ? null : (
            <Tile
              icon={<DialpadRegular />}
              caption={t('call.keypad')}
              label={t('call.keypad')}
              on={panel === 'keypad'}
              opens="keypad"
              expanded={panel === 'keypad'}
              onClick={() => toggle('keypad')}
            />
          )}
          {idle && mayTransfer(call) && !small ? (
            <Tile
              icon={<CallTransferRegular />}
              caption={t('call.transferShort')}
              label={t('call.transfer')}
              on={panel === 'transfer'}
              opens="transfer"
              expanded={panel === 'transfer'}
              onClick={() => toggle('transfer')}
            />
          ) : null}
        </div>
      ) : null}
      {call !== null && !may(call, 'hang_up') ? null : (
        <button
          type="button"
          className={styles.hangUp}
          onClick={() => phone.hangUp(leg?.key ?? call?.id ?? key)}
        >
          <CallEndFilled aria-hidden="true" />
          {connected ? t('call.hangUp') : t('call.cancel')}
        </button>
      )}
    </div>
  );
}

interface TileProps {
  icon: ReactNode;
  caption: string;
  label: string;
  /** Drawn as chosen; the label says what a click does, or `expanded` what is open. */
  on: boolean;
  expanded?: boolean;
  /** The part of the card it opens. */
  opens?: CallPanel;
  onClick: () => void;
}

function Tile({ icon, caption, label, on, expanded, opens, onClick }: TileProps) {
  return (
    <button
      type="button"
      className={styles.tile}
      data-on={on}
      {...(expanded === undefined ? {} : { 'aria-expanded': expanded })}
      data-panel={opens}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      {icon}
      <span aria-hidden="true">{caption}</span>
    </button>
  );
}
