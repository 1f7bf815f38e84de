import { createStore } from '@trunkline/ui/stores/store.ts';

/** The waiting new version, if there is one. */
export const waitingVersion = createStore<ServiceWorker | null>(null);

/** Registers the service worker and watches for new versions, at start and every hour. */
export async function registerWorker(): Promise<void> {
  if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
  let registration: ServiceWorkerRegistration;
  try {
    registration = await navigator.serviceWorker.register('/sw.js', { type: 'module' });
  } catch {
    // Not allowed here (plain http, private window): the app works, but not without network.
    return;
  }
  const noticed = () => {
    if (registration.waiting && navigator.serviceWorker.controller)
      waitingVersion.set(registration.waiting);
  };
  noticed();
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', noticed);
  });
  setInterval(() => {
    registration.update().catch(() => {
      // No network: the next hour will do.
    });
  }, 3_600_000);
}

/** Lets the new version take over and loads the page with it. */
export function applyUpdate(): void {
  const next = waitingVersion.get();
  if (!next) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => window.location.reload(), {
    once: true,
  });
  next.postMessage('apply');
}
