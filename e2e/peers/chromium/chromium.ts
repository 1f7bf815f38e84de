import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { findProgram, startProcess } from '../../harness/processes.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { writeToneFile } from '../audio/tone-file.ts';

/** What kind of browser to start. */
export interface ChromiumOptions {
  /** Frequency its microphone picks up; default 440. */
  readonly toneHz?: number;
  /** A mono 16-bit WAV file for the microphone instead of the tone; it loops. */
  readonly wav?: string;
  /** Language of the pages; default `en-GB`. */
  readonly locale?: string;
  /** Default `light`. */
  readonly colorScheme?: 'light' | 'dark';
  /** Size of the pages in CSS pixels; default 1280 × 800. */
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** A running browser with a microphone and loudspeakers that tests can measure. */
export interface Chromium extends AsyncDisposable {
  readonly browser: Browser;
  /** A profile of its own: to the product, a further device. Options override the browser's. */
  newContext(overrides?: BrowserContextOptions): Promise<BrowserContext>;
  /** A page in a profile of its own. */
  newPage(overrides?: BrowserContextOptions): Promise<Page>;
  /** The last lines of its log. */
  log(): string;
  /** Ends it like a crash of the machine: no page gets to say goodbye. */
  kill9(): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

function findChromium(): string | undefined {
  for (const name of PROGRAMS) {
    const path = findProgram(name);
    if (path) return path;
  }
  return undefined;
}

/** Whether Chromium is installed. */
export function chromiumAvailable(): boolean {
  return findChromium() !== undefined;
}

const FLAGS = [
  '--headless=new',
  // Root has no other way, users often no right to the namespaces; only pages of ours are opened.
  '--no-sandbox',
  '--remote-debugging-port=0',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-sync',
  '--disable-breakpad',
  '--password-store=basic',
  // A window behind another one must ring on time.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--autoplay-policy=no-user-gesture-required',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
  // Names of local candidates would be asked for by multicast.
  '--disable-features=WebRtcHideLocalIpsWithMdns,Translate,MediaRouter,OptimizationHints',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1',
];

/** Starts a headless Chromium with an empty profile. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Chromium> {
  const command = findChromium();
  if (!command) throw new Error('chromium is not installed');
  const dir = await tempDir('chromium');
  const wav = options.wav ?? join(dir.path, 'tone.wav');
  if (!options.wav) {
    await writeToneFile({ path: wav, hz: options.toneHz ?? 440, rate: 48_000, seconds: 10 });
  }
  const tap = await readFile(new URL('./page/tap.ts', import.meta.url), 'utf8');
  const running = await startProcess({
    name: 'chromium',
    command,
    args: [
      ...FLAGS,
      `--user-data-dir=${join(dir.path, 'profile')}`,
      `--use-file-for-fake-audio-capture=${wav}`,
      'about:blank',
    ],
    cwd: dir.path,
    env: { ...process.env, HOME: dir.path },
    ready: /^DevTools listening on ws:/,
    readyTimeoutMs: 30_000,
  });
  const endpoint = (await running.waitForLine(/^DevTools listening on ws:/)).split(' ').pop() ?? '';
  const browser = await chromium.connectOverCDP(endpoint).catch(async (error: unknown) => {
    await running.kill9();
    throw error;
  });

  const newContext = async (overrides: BrowserContextOptions = {}) => {
    const context = await browser.newContext({
      locale: options.locale ?? 'en-GB',
      colorScheme: options.colorScheme ?? 'light',
      viewport: options.viewport ?? { width: 1280, height: 800 },
      permissions: ['microphone', 'notifications'],
      ...overrides,
    });
    await context.addInitScript({ content: stripTypeScriptTypes(tap) });
    return context;
  };

  const self: Chromium = {
    browser,
    newContext,
    newPage: async (overrides) => (await newContext(overrides)).newPage(),
    log: () => running.tail(200),
    async kill9() {
      await running.kill9();
    },
    async stop() {
      await browser.close().catch(() => {
        // It is gone already: kill9, or a crash whose test has failed elsewhere.
      });
      await running.stop();
      await dir.remove();
    },
    async [Symbol.asyncDispose]() {
      await self.stop();
    },
  };
  return self;
}
