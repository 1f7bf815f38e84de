/** Calls of a media node whose audio rtpengine carries. */
import { dominantTone } from '@trunkline/media/audio/detect.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../../e2e/harness/ports.ts';
import {
  type Rtpengine,
  rtpengineAvailable,
  startRtpengine,
} from '../../../../e2e/peers/rtpengine/rtpengine.ts';
import { browser, dial, endOf, inviteOf, phone, stateOf, system } from '../testing/actors.ts';
import { wait } from '../testing/system.ts';

const isAvailable = rtpengineAvailable();
const name = `calls through rtpengine${isAvailable ? '' : ' (skipped: not installed)'}`;

describe.skipIf(!isAvailable)(name, () => {
  let daemon: Rtpengine;
  let dtmfLog: { host: string; port: number };
  beforeAll(async () => {
    dtmfLog = { host: '127.0.0.1', port: await freePort() };
    daemon = await startRtpengine({ dtmfLog });
  });
  afterAll(() => daemon?.stop());

  const start = () =>
    system({ rtpengine: { hosts: [{ host: daemon.host, port: daemon.ngPort }], dtmfLog } });

  test('audio both ways, keys sent by command, and the end told', async () => {
    const all = await start();
    const { peers, anna } = all;
    const [peer, desk] = [await browser(), await phone()];
    const callId = await dial(all, anna, peer, '10');
    const invite = await inviteOf(all);
    invite.answer(desk.answer(invite.body));
    await stateOf(all, anna, 'connected');
    await vi.waitFor(() => expect(peer.connection.connectionState).toBe('connected'), wait);
    peer.play(440);
    desk.play(1000);
    await vi.waitFor(() => {
      expect(Math.abs(dominantTone(desk.samples, 8000).frequency - 440)).toBeLessThan(5);
      expect(Math.abs(peer.hearing.frequency - 1000)).toBeLessThan(5);
    }, wait);
    expect(await peers.command(anna, 'call.dtmf', { callId, digits: '12#' })).toMatchObject({
      ok: true,
    });
    await vi.waitFor(() => expect(desk.keys.join('')).toBe('12#'), wait);
    await invite.bye();
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause: 'normal' });
  });

  test('a daemon that begins anew ends its calls, and the node takes new ones', async () => {
    const all = await start();
    const { anna } = all;
    const [peer, desk] = [await browser(), await phone()];
    await dial(all, anna, peer, '10');
    const invite = await inviteOf(all);
    invite.answer(desk.answer(invite.body));
    await stateOf(all, anna, 'connected');
    await vi.waitFor(() => expect(peer.connection.connectionState).toBe('connected'), wait);
    await daemon.kill9();
    await daemon.restart();
    expect(await endOf(all)).toMatchObject({ by: 'system' });
    expect(all.node.problems()).toEqual([]);
  });
});
