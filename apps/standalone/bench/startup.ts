import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Start-up time of the whole product once installed and built: process start to the first 200, and
 * to "ready" (lines applied, everything up). The floor beside it is the same Node running a bare
 * HTTP server.
 */
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const pairs = 5;

async function firstAnswer(url: string, path: string): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(2000) });
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function freePort(): Promise<number> {
  const { probePort } = await import('../src/ports.ts');
  return probePort(0, '127.0.0.1');
}

async function product(dataDir: string): Promise<{ first: number; ready: number }> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      TRUNKLINE_DATA: dataDir,
      TRUNKLINE_PORT: String(port),
      TRUNKLINE_RTP_PORT_MIN: '0',
      TRUNKLINE_RTP_PORT_MAX: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = new Promise<number>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('is ready after')) resolve(performance.now() - startedAt);
    });
  });
  await firstAnswer(`http://127.0.0.1:${port}`, '/');
  const first = performance.now() - startedAt;
  const result = { first, ready: await ready };
  child.kill('SIGTERM');
  await gone;
  return result;
}

async function floor(): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [
    '-e',
    `require('http').createServer((q,r)=>r.end('ok')).listen(${port},'127.0.0.1')`,
  ]);
  await firstAnswer(`http://127.0.0.1:${port}`, '/');
  const took = performance.now() - startedAt;
  child.kill('SIGKILL');
  return took;
}

function spread(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    ((sorted[Math.round((sorted.length - 1) * share)] ?? 0) / 1000).toFixed(2);
  return `${at(0.5)} s (${at(0)}–${at(1)})`;
}

const dataDir = await mkdtemp(join(tmpdir(), 'trunkline-bench-'));
try {
  const cold = await product(dataDir);
  const warm: { first: number; ready: number }[] = [];
  const bare: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    warm.push(await product(dataDir));
    bare.push(await floor());
  }
  console.log('Start-up, process start to …            median (min–max)');
  console.log(
    `  first 200, empty data folder           ${(cold.first / 1000).toFixed(2)} s (ready ${(cold.ready / 1000).toFixed(2)} s)`,
  );
  console.log(`  first 200, existing data               ${spread(warm.map((run) => run.first))}`);
  console.log(`  ready, existing data                   ${spread(warm.map((run) => run.ready))}`);
  console.log(`  first 200, bare Node HTTP server       ${spread(bare)}`);
} finally {
  // Started by root, the database lives elsewhere.
  const name = (await readFile(join(dataDir, 'installation'), 'utf8').catch(() => '')).split(
    '\n',
  )[0];
  if (name) await rm(join('/var/lib/trunkline', name), { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}
