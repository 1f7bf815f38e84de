import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningProcess, startProcess } from '../harness/processes.ts';
import { type TempDir, tempDir } from '../harness/temp-dir.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type ApiClient, createApiClient } from './api.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readyLine = /Trunkline is ready after .*?:\s+(http:\/\/\S+)/;

export interface ProductOptions {
  /** Settings on top of free ports and a folder of its own. */
  env?: Record<string, string>;
  /** Folder to use again; a temporary one if left out. */
  dataDir?: string;
}

/** The whole product as `npm start` runs it, on free ports. */
export interface Product extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  /** The API as the managing partner. */
  readonly partner: ApiClient;
  readonly supervisor: RunningProcess;
  /** Process ids of the running children by name. */
  children(): Promise<Record<string, number>>;
  /** Ends it in order; the data stays when the folder was given. */
  stop(): Promise<void>;
}

/** Starts the product without the demo tenant unless asked for. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  let temporary: TempDir | undefined;
  if (!options.dataDir) temporary = await tempDir('product');
  const dataDir = options.dataDir ?? temporary?.path ?? '';
  const supervisor = await startProcess({
    name: 'trunkline',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(root, 'apps/standalone/src/main.ts')],
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TRUNKLINE_PORT: '0',
      TRUNKLINE_DEMO: 'off',
      TRUNKLINE_DATA: dataDir,
      TRUNKLINE_RTP_PORT_MIN: '0',
      TRUNKLINE_RTP_PORT_MAX: '0',
      ...options.env,
    },
  });
  const line = await supervisor.waitForLine(readyLine, 90_000).catch(async (error: unknown) => {
    await supervisor.stop();
    throw error;
  });
  const url = readyLine.exec(line)?.[1] ?? '';
  const apiKey = (await readFile(join(dataDir, 'secrets', 'partner-api-key'), 'utf8')).trim();
  const stop = async () => {
    await supervisor.stop(15_000);
    if (temporary) await removeInstallation(temporary);
  };
  return {
    url,
    dataDir,
    supervisor,
    partner: createApiClient({ baseUrl: url, apiKey }),
    children: () => childrenOf(supervisor.pid),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Removes a data folder, and the database that lives elsewhere when root started it. */
export async function removeInstallation(folder: TempDir): Promise<void> {
  const name =
    (await readFile(join(folder.path, 'installation'), 'utf8').catch(() => '')).split('\n')[0] ??
    '';
  if (/^[0-9a-f]{16}$/.test(name))
    await rm(join('/var/lib/trunkline', name), { recursive: true, force: true });
  await folder.remove();
}

/** Children of the supervisor by the app they run (Linux only, as the tests are). */
async function childrenOf(pid: number): Promise<Record<string, number>> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const found: Record<string, number> = {};
  for (const child of text.trim().split(/\s+/).filter(Boolean)) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    const app = /apps\/(?:standalone\/src\/)?([a-z-]+)\/(?:src\/)?main\.ts/.exec(command)?.[1];
    if (app) found[app] = Number(child);
  }
  return found;
}

/** Waits until a child runs under another pid than `before`. */
export async function restarted(product: Product, name: string, before: number): Promise<number> {
  return waitFor(
    `${name} to run again`,
    async () => {
      const now = (await product.children())[name];
      return now !== undefined && now !== before ? now : 0;
    },
    { timeoutMs: 30_000 },
  );
}
