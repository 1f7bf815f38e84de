import type { Routes } from './routes.ts';

/** Liveness and readiness; for supervisors, not part of the API. */
export function healthRoutes({ app }: Pick<Routes, 'app'>, ready: () => Promise<boolean>): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', async (c) =>
    (await ready()) ? c.json({ status: 'ready' }) : c.json({ status: 'not ready' }, 503),
  );
}
