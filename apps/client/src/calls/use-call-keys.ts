import { useEffect, useRef } from 'react';
import { useServices } from '../app/services.ts';
import type { CallPanel } from './call-controls.tsx';
import { may, mayTransfer } from './permitted.ts';
import type { ShownCall } from './shown-calls.ts';

export interface CallKeysOptions {
  /** The call that goes on. */
  front: ShownCall | null;
  /** The one that waits first. */
  waiting: ShownCall | null;
  onHold: (shown: ShownCall) => void;
  onSwap: (waiting: ShownCall) => void;
  /** False when they cannot be joined now. */
  onConnect: (waiting: ShownCall) => boolean;
  onPanel: (shown: ShownCall, panel: CallPanel) => void;
}

/**
 * Alt with a letter acts on the running call, wherever the focus is. By place on the keyboard:
 * with Alt held, macOS sends another character.
 */
export function useCallKeys(options: CallKeysOptions): void {
  const { phone } = useServices();
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    function act(code: string): boolean {
      const { front, waiting, onHold, onSwap, onConnect, onPanel } = latest.current;
      if (!front?.leg) return false;
      const { leg, call } = front;
      const idle = call?.state === 'connected' && !call.transferring ? call : null;
      if (code === 'KeyM') phone.mute(leg.key, !leg.muted);
      else if (code === 'KeyU' && (call === null || may(call, 'hang_up'))) phone.hangUp(leg.key);
      else if (code === 'KeyH' && idle && may(idle, 'hold')) onHold(front);
      else if (code === 'KeyW' && waiting) onSwap(waiting);
      else if (code === 'KeyC' && waiting) return onConnect(waiting);
      else if (code === 'KeyT' && idle && mayTransfer(idle)) onPanel(front, 'transfer');
      else if (code === 'KeyK' && call && may(call, 'dtmf')) onPanel(front, 'keypad');
      else return false;
      return true;
    }
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
      if (act(event.code)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [phone]);
}
