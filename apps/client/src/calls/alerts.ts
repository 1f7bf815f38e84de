import type { CallView } from '@trunkline/contracts/calls.ts';
import { ringSettings } from './ring-settings.ts';
import type { Tones } from './tones.ts';

/** The name or number a person knows the other side by. */
export function partyName(call: CallView, unknown: string): string {
  return call.remote.name || call.remote.display || unknown;
}

/**
 * Rings for as long as the returned function is not called. Only one window of this browser
 * sounds: the one that gets the lock.
 */
export function ringUntil(tones: Tones): () => void {
  let ended = false;
  let stopTone: (() => void) | null = null;
  let letGo: (() => void) | null = null;
  const start = () => {
    const { tone, volume } = ringSettings.get();
    if (!ended) stopTone = tones.ring(tone, volume);
  };
  if (navigator.locks)
    void navigator.locks.request('trunkline.ring', { ifAvailable: true }, (lock) => {
      if (!lock || ended) return undefined;
      start();
      return new Promise<void>((resolve) => {
        letGo = resolve;
      });
    });
  else start();
  return () => {
    ended = true;
    stopTone?.();
    letGo?.();
  };
}

/** Shows a system notification while this window is not in front. Returns how to take it away. */
export function notifyCall(call: CallView, title: string, body: string): () => void {
  const visible = document.visibilityState === 'visible' && document.hasFocus();
  if (visible || !('Notification' in window) || Notification.permission !== 'granted')
    return () => undefined;
  let shown: Notification | null = null;
  try {
    shown = new Notification(title, {
      body,
      tag: call.id,
      icon: '/icon-192.png',
      requireInteraction: true,
      silent: true,
    });
    shown.onclick = () => {
      window.focus();
      shown?.close();
    };
  } catch {
    // Phones allow notifications from the service worker only.
    void navigator.serviceWorker?.ready.then((worker) =>
      worker.showNotification(title, { body, tag: call.id, icon: '/icon-192.png' }),
    );
  }
  return () => {
    shown?.close();
    void navigator.serviceWorker
      ?.getRegistration()
      .then((worker) => worker?.getNotifications({ tag: call.id }))
      .then((all) => {
        for (const each of all ?? []) each.close();
      });
  };
}

/** Lets the window's title and badge blink. Returns how to stop. */
export function blinkTitle(text: string): () => void {
  const before = document.title;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const iconBefore = icon?.href ?? '';
  let on = false;
  const blink = () => {
    on = !on;
    document.title = on ? `● ${text}` : before;
    if (icon) icon.href = on ? '/icon-alert.svg' : iconBefore;
  };
  blink();
  const timer = setInterval(blink, 1_000);
  navigator.setAppBadge?.(1).catch(() => undefined);
  return () => {
    clearInterval(timer);
    document.title = before;
    if (icon) icon.href = iconBefore;
    navigator.clearAppBadge?.().catch(() => undefined);
  };
}
