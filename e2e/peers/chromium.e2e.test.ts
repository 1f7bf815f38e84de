import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tempDir } from '../harness/temp-dir.ts';
import { waitFor } from '../harness/wait-for.ts';
import { needs } from './available.ts';
import { type Chromium, launchChromium } from './chromium/chromium.ts';
import {
  callStats,
  heard,
  notifications,
  rings,
  screenshot,
  seriousViolations,
  waitForSilence,
  waitToHear,
} from './chromium/measure.ts';

const suite = needs('two pages in Chromium', 'chromium');

const PAGE = `<!doctype html><html lang="en"><title>A page</title><main><h1>A page</h1></main>`;

/** What a page of a call does, without any measuring of its own. */
const CALL_SCRIPT = `
  globalThis.connection = new RTCPeerConnection();
  connection.ontrack = (event) => { globalThis.remote = event.streams[0]; };
  globalThis.gathered = () => new Promise((resolve) => {
    const look = () => connection.iceGatheringState === 'complete' && resolve(undefined);
    connection.addEventListener('icegatheringstatechange', look);
    look();
  });
  globalThis.speak = async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    globalThis.sender = connection.addTrack(stream.getAudioTracks()[0], stream);
  };
  globalThis.describe = async (remote) => {
    if (remote) await connection.setRemoteDescription(remote);
    if (remote?.type === 'answer') return undefined;
    await speak();
    await connection.setLocalDescription();
    await gathered();
    return { type: connection.localDescription.type, sdp: connection.localDescription.sdp };
  };
`;

describe.skipIf(suite.skip)(suite.name, () => {
  let server: Server;
  let origin: string;
  let low: Chromium;
  let high: Chromium;

  const open = async (chromium: Chromium): Promise<Page> => {
    const page = await chromium.newPage();
    await page.goto(origin);
    return page;
  };

  beforeAll(async () => {
    server = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end(PAGE);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    origin = `http://127.0.0.1:${port}/`;
    [low, high] = await Promise.all([
      launchChromium({ toneHz: 440 }),
      launchChromium({ toneHz: 1000, locale: 'de-DE', colorScheme: 'dark' }),
    ]);
  });

  afterAll(async () => {
    await Promise.all([low?.stop(), high?.stop()]);
    server?.close();
  });

  test('each page plays the tone at the other’s microphone', async () => {
    const [caller, callee] = await Promise.all([open(low), open(high)]);
    for (const page of [caller, callee]) await page.evaluate(CALL_SCRIPT);
    const offer = await caller.evaluate('describe()');
    const answer = await callee.evaluate(`describe(${JSON.stringify(offer)})`);
    await caller.evaluate(`describe(${JSON.stringify(answer)})`);

    await waitFor('audio to arrive', async () => Math.abs((await heard(callee)).hz - 440) < 10);
    expect((await heard(callee)).playing, 'nothing plays it yet').toBe(false);
    const play = `(() => {
      const audio = new Audio();
      audio.srcObject = remote;
      return audio.play();
    })()`;
    await Promise.all([caller.evaluate(play), callee.evaluate(play)]);
    await Promise.all([waitToHear(callee, 440), waitToHear(caller, 1000)]);

    const stats = await callStats(callee);
    expect(stats.connections).toEqual([
      { state: 'connected', ice: 'connected', signaling: 'stable' },
    ]);
    expect(stats.inbound[0]?.packets).toBeGreaterThan(0);
    expect(stats.inbound[0]?.codec).toBe('audio/opus');
    expect(stats.outbound[0]?.packets).toBeGreaterThan(0);

    await caller.evaluate('sender.track.enabled = false');
    await waitForSilence(callee);
    await Promise.all([caller.context().close(), callee.context().close()]);
  });

  test('language, colours, notifications and sounds of a page are as asked for', async () => {
    const page = await open(high);
    expect(
      await page.evaluate(
        `[navigator.language, matchMedia('(prefers-color-scheme: dark)').matches, Notification.permission]`,
      ),
    ).toEqual(['de-DE', true, 'granted']);
    await page.evaluate(`void new Notification('Anna', { body: 'calls', tag: 'call-1' })`);
    expect(await notifications(page)).toEqual([{ title: 'Anna', body: 'calls', tag: 'call-1' }]);
    expect(await rings(page)).toBe(false);
    await page.evaluate(`
      globalThis.oscillator = new OscillatorNode(new AudioContext());
      oscillator.connect(oscillator.context.destination);
      oscillator.start();
    `);
    await waitFor('the page to ring', () => rings(page));
    await page.evaluate('oscillator.stop()');
    await waitFor('the page to stop ringing', async () => !(await rings(page)));
    await page.context().close();
  });

  test('axe tells what is serious, and nothing of a clean page', async () => {
    const page = await open(low);
    expect(await seriousViolations(page)).toEqual([]);
    await page.setContent(`${PAGE}<main><img src="/picture"></main>`);
    expect((await seriousViolations(page)).map(({ rule }) => rule)).toContain('image-alt');
    await page.context().close();
  });

  test('a picture has the size of the viewport, also of a phone', async () => {
    await using dir = await tempDir('picture');
    const page = await low.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(origin);
    const path = `${dir.path}/page.png`;
    await screenshot(page, path);
    const png = await readFile(path);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([390, 844]);
    await page.context().close();
  });

  test('nothing but this machine can be reached', async () => {
    const page = await open(low);
    await expect(page.goto('http://example.com/')).rejects.toThrow(/ERR_NAME_NOT_RESOLVED/);
    await page.context().close();
  });

  test('a killed browser is gone at once and can still be cleaned up', async () => {
    const doomed = await launchChromium();
    const page = await open(doomed);
    await doomed.kill9();
    await expect(page.evaluate('1')).rejects.toThrow();
    await doomed.stop();
  });
});
