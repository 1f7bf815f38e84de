import process from 'node:process';
import type { Logger } from '../log.ts';

export interface LifecycleOptions {
  logger: Logger;
  /** Ends the process's work in order; bounded by `graceMs`. */
  stop: () => Promise<void>;
  /** Longest time `stop` may take, milliseconds. */
  graceMs: number;
}

/**
 * The end of a child process: SIGTERM, SIGINT and the loss of its supervisor stop it in order,
 * once; an error nobody caught ends it at once, so that the supervisor starts it afresh.
 */
export function runUntilStopped(options: LifecycleOptions): void {
  const { logger, stop, graceMs } = options;
  let stopping = false;
  const end = (reason: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, 'stopping');
    setTimeout(() => process.exit(1), graceMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => end('SIGTERM'));
  process.once('SIGINT', () => end('SIGINT'));
  process.once('disconnect', () => end('supervisor gone'));
  const crash = (error: unknown) => {
    logger.error({ err: error }, 'uncaught error');
    process.exit(1);
  };
  process.once('uncaughtException', crash);
  process.once('unhandledRejection', crash);
}

/** What a child tells its supervisor once it serves. */
export type ReadyMessage = { type: 'ready' } & Record<string, string | number>;

/** Tells the supervisor that this process serves; without one nothing happens. */
export function reportReady(details: Record<string, string | number>): void {
  process.send?.({ ...details, type: 'ready' } satisfies ReadyMessage);
}
