/// <reference lib="webworker" />

/**
 * Service worker: keeps the files of the page, so that it opens without network, and serves them
 * as one version. Data is never kept here: the page keeps what it may show itself.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;
// Both are filled in by the build.
const files = '__SHELL__' as unknown as string[];
const version = 'trunkline-__VERSION__';

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(version)
      .then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: 'reload' })))),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith('trunkline-') && name !== version)
            .map((name) => caches.delete(name)),
        ),
      )
      .then(() => worker.clients.claim()),
  );
});

// A new version waits until the page says so, never in the middle of a call.
worker.addEventListener('message', (event) => {
  if (event.data === 'apply') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (/^\/(?:v1|portal|healthz|readyz|\.well-known)(?:\/|$)/.test(url.pathname)) return;
  const wanted: string | Request = request.mode === 'navigate' ? '/' : request;
  event.respondWith(
    caches
      .open(version)
      .then((cache) => cache.match(wanted, { ignoreSearch: true }))
      .then((kept) => kept ?? fetch(request)),
  );
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    worker.clients.matchAll({ type: 'window' }).then((windows) => {
      const [first] = windows;
      return first ? first.focus() : worker.clients.openWindow('/people');
    }),
  );
});
