import type { Profile } from '@trunkline/ui/api/session.ts';
import { createRealtime } from '@trunkline/ui/realtime/socket.ts';
import { createLive } from '@trunkline/ui/stores/live.ts';
import { audioChoice } from '../calls/audio-choice.ts';
import { openMicrophone, watchSpeaker } from '../calls/audio-devices.ts';
import { createCallLocks } from '../calls/call-locks.ts';
import { openPeer } from '../calls/peer.ts';
import { createPhone } from '../calls/phone.ts';
import { createTones } from '../calls/tones.ts';
import type { Services } from './services.ts';
import { api, session } from './session.ts';

function socketAddress(): string {
  const { protocol, host } = window.location;
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/v1/realtime`;
}

/** Brings up socket, stores and telephone of a signed-in user; `stop` takes all of it down. */
export function startServices(profile: Profile): Services & { stop(): void } {
  const live = createLive();
  const realtime = createRealtime({
    url: socketAddress(),
    token: () => session.accessToken(),
    renew: (stale) => session.refresh(stale),
    onEvent: live.onEvent,
  });
  const { speaker, stop: stopSpeaker } = watchSpeaker(navigator.mediaDevices);
  const tones = createTones({
    outputOf: (output) => (output === 'ring' ? audioChoice.get().ring : speaker.get().id),
    volume: () => speaker.get().volume,
  });
  const phone = createPhone({
    calls: live.calls,
    onSnapshot: live.onSnapshot,
    command: realtime.command,
    openPeer,
    microphone: () => openMicrophone(navigator.mediaDevices, audioChoice.get().microphone),
    speaker,
    tones,
    locks: createCallLocks(navigator.locks),
    deviceId: profile.deviceId,
  });

  const stopFresh = session.keepFresh();
  const leaveSession = session.state.subscribe(() => {
    const now = session.state.get();
    if (now.status === 'signed-in' && now.token) realtime.renewed(now.token.value);
  });
  const wake = () => {
    if (document.visibilityState === 'visible') realtime.wake();
  };
  window.addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  // A call must not end because somebody closes the wrong tab.
  const holdOn = (event: BeforeUnloadEvent) => {
    if (phone.busy()) event.preventDefault();
  };
  window.addEventListener('beforeunload', holdOn);

  return {
    api,
    session,
    profile,
    live,
    realtime,
    phone,
    tones,
    stop() {
      stopFresh();
      leaveSession();
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      window.removeEventListener('beforeunload', holdOn);
      phone.stop();
      tones.stop();
      stopSpeaker();
      realtime.stop();
    },
  };
}
