import { startEmbeddedPostgres } from '@trunkline/database/node/embedded-postgres.ts';

/** The database of this installation: the embedded server, kept running, or one by URL. */
export interface InstallationDatabase {
  /** Connection of the owner role. */
  readonly ownerUrl: string;
  stop(): Promise<void>;
}

const checkMs = 500;

/**
 * Starts the embedded server and starts it again whenever it died; its port stays the same, so that
 * the other processes find it by themselves.
 */
export async function startDatabase(options: {
  dataDir: string;
  onRestart: (reason: string) => void;
}): Promise<InstallationDatabase> {
  const { dataDir, onRestart } = options;
  let server = await startEmbeddedPostgres({ dataDir });
  const { port, ownerUrl } = server;
  let stopped = false;
  let restarting: Promise<void> | undefined;

  const watch = setInterval(() => {
    if (stopped || restarting || alive(server.pid)) return;
    onRestart('the database process is gone');
    restarting = startEmbeddedPostgres({ dataDir, port })
      .then(
        (fresh) => {
          server = fresh;
        },
        (error: unknown) =>
          onRestart(
            `the database did not start: ${error instanceof Error ? error.message : error}`,
          ),
      )
      .finally(() => {
        restarting = undefined;
      });
  }, checkMs);

  return {
    ownerUrl,
    async stop() {
      stopped = true;
      clearInterval(watch);
      await restarting;
      await server.stop();
    },
  };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The server runs as another user: it is there, we just may not signal it.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
