import { systemClock } from '@trunkline/platform/clock.ts';
import { createLogger } from '@trunkline/platform/log.ts';
import type { Platform } from '@trunkline/services/core/context.ts';
import { createControlApp } from '../app.ts';
import { type ApiDocument, apiDocument } from './document.ts';

/** The document as the app serves it, made without a database: routes are only looked at. */
export function offlineDocument(): ApiDocument {
  const issuer = 'http://localhost:8080';
  const app = createControlApp({
    platform: {
      clock: systemClock,
      log: createLogger({ name: 'openapi', level: 'error' }),
      issuer,
    } as Platform,
    publicUrl: issuer,
    docs: { script: () => Promise.reject(new Error('not served here')) },
    ready: () => Promise.resolve(false),
  });
  return apiDocument(app);
}
