import { createSocket } from 'node:dgram';
import process from 'node:process';
import { verdictOf } from '@trunkline/calls/verdict.ts';
import { newId } from '@trunkline/contracts/ids.ts';
import type { SipRequest } from '@trunkline/sip/message/message.ts';
import { parseMessage } from '@trunkline/sip/message/parse.ts';
import { describe, expect, test, vi } from 'vitest';
import {
  after,
  answer,
  browser,
  dial,
  endOf,
  inviteOf,
  phone,
  stateOf,
  system,
} from '../testing/actors.ts';
import { type Surroundings, type SystemOptions, wait } from '../testing/system.ts';

/** Anna talks with the desk phone. */
async function talking(options?: SystemOptions) {
  const all = await system(options);
  const [peer, desk] = [await browser(), await phone()];
  const callId = await dial(all, all.anna, peer, '10');
  const invite = await inviteOf(all);
  invite.answer(desk.answer(invite.body));
  await stateOf(all, all.anna, 'connected');
  await vi.waitFor(() => expect(peer.connection.connectionState).toBe('connected'), wait);
  return { all, peer, desk, callId, invite };
}

/** Waits until the flight recorder shows a state of the browser's media. */
const mediaState = ({ peers }: Surroundings, state: string) =>
  vi.waitFor(() => {
    const seen = peers.eventsOf('call.media').map(({ data }) => data);
    expect(seen).toContainEqual(expect.objectContaining({ state, side: 'webrtc' }));
  }, wait);

describe('what fails around a call', () => {
  test('the engine killed by -9: BYE to the PBX, the end says why, the next call works', async () => {
    const { all, invite } = await talking();
    const ended = vi.fn();
    invite.on('ended', ended);
    process.kill(all.node.engine.pid ?? 0, 'SIGKILL');
    expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'media_engine_lost' });
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), wait);
    const [peer, desk] = [await browser(), await phone()];
    await dial(all, all.anna, peer, '10');
    const next = await inviteOf(all, 1);
    next.answer(desk.answer(next.body));
    await vi.waitFor(() => expect(peer.connection.connectionState).toBe('connected'), wait);
  });

  test('a browser that closes ends its call after the grace', async () => {
    const { all, peer, invite } = await talking({ bounds: { clientGraceMs: 300 } });
    const ended = vi.fn();
    invite.on('ended', ended);
    await peer.close();
    expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'client_lost' });
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), wait);
  });

  test('a reloaded page takes its call up again within the grace', async () => {
    const { all, peer, callId, desk } = await talking({ bounds: { clientGraceMs: 20_000 } });
    const { peers, anna } = all;
    await peer.close();
    await mediaState(all, 'silent');
    const reloaded = await browser();
    const sdp = await reloaded.offer();
    const stranger = { ...anna, deviceId: newId('device') };
    expect(await peers.command(stranger, 'call.answer', { callId, sdp })).toMatchObject({
      code: 'call_state',
    });
    const result = await peers.command(anna, 'call.answer', { callId, sdp });
    await reloaded.accept((result.data as { sdp: string }).sdp);
    desk.play(1000);
    await vi.waitFor(
      () => expect(Math.abs(reloaded.hearing.frequency - 1000)).toBeLessThan(5),
      wait,
    );
    await mediaState(all, 'restored');
    expect(peers.eventsOf('call.ended')).toEqual([]);
  });

  test('a device gone for good ends its call; one that speaks again keeps it', async () => {
    const { all, callId } = await talking({ bounds: { clientGraceMs: 400 } });
    const { peers, anna } = all;
    const { tenant, userId, deviceId } = anna;
    peers.sayEdge({ t: 'device.gone', tenant, userId, deviceId });
    await peers.command(anna, 'call.dtmf', { callId, digits: '1' });
    const again = await peers.command(anna, 'call.dtmf', { callId, digits: '2' });
    expect(again.ok).toBe(true);
    expect(peers.eventsOf('call.ended')).toEqual([]);
    peers.sayEdge({ t: 'device.gone', tenant, userId, deviceId });
    expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'client_lost' });
  });

  test('a browser that never connects ends the call', async () => {
    const all = await system({ bounds: { webrtcConnectMs: 300 } });
    const { peers, anna } = all;
    const peer = await browser();
    const sdp = await peer.offer();
    expect(await peers.command(anna, 'call.dial', { number: '10', sdp })).toMatchObject({
      ok: true,
    });
    const invite = await inviteOf(all);
    const cancelled = vi.fn();
    invite.on('cancelled', cancelled);
    invite.ringing();
    expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'media_failed' });
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce(), wait);
  });

  test('an offer no engine can answer costs no call and tells no PBX', async () => {
    const all = await system();
    const sdp = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';
    expect(await all.peers.command(all.anna, 'call.dial', { number: '10', sdp })).toMatchObject({
      ok: false,
      code: 'media_failed',
    });
    expect(all.pbx.calls).toEqual([]);
  });

  test('ringing nobody answers ends within the bound, either way', async () => {
    const all = await system({ bounds: { ringMs: 300 } });
    await dial(all, all.anna, await browser(), '10');
    (await inviteOf(all)).ringing();
    expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'no_answer' });
    all.peers.devices.set(all.anna.userId, 1);
    const failed = vi.fn();
    all.pbx.call('20', (await phone()).offer()).on('failed', failed);
    expect(await endOf(all, 1)).toMatchObject({ cause: 'no_answer', sipCode: 480 });
    await vi.waitFor(() => expect(failed.mock.calls[0]?.[0].statusCode).toBe(480), wait);
  });

  test('a stopping node says BYE and leaves its registrations', async () => {
    const { all, invite } = await talking();
    const ended = vi.fn();
    invite.on('ended', ended);
    await all.node.close();
    expect(ended).toHaveBeenCalledOnce();
    expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'node_stopped' });
    expect([...all.pbx.contacts.keys()].sort()).toEqual(['20', '21']);
  });
});

describe('links and configuration', () => {
  test('a wrong password is told in words, and a corrected one opens the line', async () => {
    const all = await system();
    const { peers, pbx, tenant } = all;
    const section = `tenant/${tenant.config.tenant.id}`;
    pbx.refuse.set('21', 403);
    const [, line] = tenant.config.lineGroups[0]?.lines ?? [];
    if (!line) throw new Error('no line');
    peers.sayControl({ t: 'line.reset', lineId: line.id });
    await vi.waitFor(() => {
      const last = peers.edgeFrames.findLast(
        (frame) => frame.t === 'line.state' && frame.lineId === line.id,
      );
      expect(last).toMatchObject({
        state: {
          state: 'failed',
          reason: { category: 'login', sipCode: 403, text: expect.stringContaining('line 21') },
        },
      });
    }, wait);
    pbx.refuse.clear();
    line.authUserName = 'other';
    await peers.publish({ section, epoch: 1, version: 2, payload: tenant.config });
    await vi.waitFor(() => {
      const last = peers.edgeFrames.findLast(
        (frame) => frame.t === 'line.state' && frame.lineId === line.id,
      );
      expect(last).toMatchObject({ state: { state: 'open' } });
    }, wait);
    expect(peers.configResults.at(-1)).toMatchObject({ section, version: 2, ok: true });
  });

  test('with the edge away an incoming call gets the group’s answer, established calls go on', async () => {
    const { all, desk, peer } = await talking();
    all.peers.cutEdge();
    const failed = vi.fn();
    all.pbx.call('21', (await phone()).offer()).on('failed', failed);
    await vi.waitFor(() => expect(failed.mock.calls[0]?.[0].statusCode).toBe(486), wait);
    desk.play(1000);
    await vi.waitFor(() => expect(Math.abs(peer.hearing.frequency - 1000)).toBeLessThan(5), wait);
    await vi.waitFor(() => {
      const last = all.peers.edgeFrames.findLast((frame) => frame.t === 'serving');
      const served = Object.values(last?.t === 'serving' ? last.tenants : {});
      expect(served[0]?.calls.map(({ call }) => call.state)).toEqual(['connected']);
    }, wait);
  });

  test('an edge that does not say who rings counts as nobody there', async () => {
    const all = await system({ bounds: { ringResultMs: 200 } });
    all.peers.answerRings = false;
    const failed = vi.fn();
    all.pbx.call('20', (await phone()).offer()).on('failed', failed);
    await vi.waitFor(() => expect(failed.mock.calls[0]?.[0].statusCode).toBe(486), wait);
    expect(await endOf(all)).toMatchObject({ cause: 'not_signed_in' });
  });

  test('a suspended tenant: no new calls but emergency ones, the running one goes on', async () => {
    const { all, callId } = await talking();
    const { peers, pbx, anna, tenant } = all;
    tenant.config.tenant.state = 'suspended';
    const section = `tenant/${anna.tenant}`;
    await peers.publish({ section, epoch: 1, version: 2, payload: tenant.config });
    await vi.waitFor(() => expect(peers.configResults.at(-1)?.version).toBe(2), wait);
    const failed = vi.fn();
    pbx.call('20', (await phone()).offer()).on('failed', failed);
    await vi.waitFor(() => expect(failed.mock.calls[0]?.[0].statusCode).toBe(480), wait);
    const sdp = await (await browser()).offer();
    expect(await peers.command(anna, 'call.dial', { number: '10', sdp })).toMatchObject({
      code: 'tenant_suspended',
    });
    await dial(all, anna, await browser(), '110');
    await inviteOf(all, 1);
    expect(await peers.command(anna, 'call.dtmf', { callId, digits: '1' })).toMatchObject({
      ok: true,
    });
  });

  test('events wait for the control plane and arrive once, in order', async () => {
    const all = await system();
    const { peers, anna } = all;
    peers.cutControl();
    const callId = await dial(all, anna, await browser(), '10');
    await inviteOf(all);
    await peers.command(anna, 'call.hangup', { callId });
    expect(await endOf(all)).toMatchObject({ cause: 'cancelled' });
    const seqs = peers.events.map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(new Set(seqs).size).toBe(seqs.length);
  });
});

test('a PBX that never acknowledges our 200: BYE, and the end says why', async () => {
  const all = await system({ sipTimers: { t1: 25 } });
  const { anna, peers, pbx } = all;
  peers.devices.set(anna.userId, 1);
  const sip = createSocket('udp4');
  after(() => sip.close());
  const byes: SipRequest[] = [];
  sip.on('message', (bytes) => {
    const message = parseMessage(bytes);
    if (message.kind === 'request' && message.method === 'BYE') byes.push(message);
  });
  await new Promise<void>((resolve) => sip.bind(0, '127.0.0.1', resolve));
  const { port } = sip.address();
  const contact = pbx.contacts.get('20') ?? '';
  const offer = (await phone()).offer();
  const invite = [
    `INVITE ${contact} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKnoack;rport`,
    'From: <sip:21@127.0.0.1>;tag=a',
    'To: <sip:20@127.0.0.1>',
    'Call-ID: never-acknowledged',
    'CSeq: 1 INVITE',
    `Contact: <sip:pbx@127.0.0.1:${port}>`,
    'Content-Type: application/sdp',
    `Content-Length: ${offer.length}`,
    '',
    offer,
  ].join('\r\n');
  sip.send(invite, Number(/:(\d+)/.exec(contact.split('@')[1] ?? '')?.[1]), '127.0.0.1');
  const { id } = await stateOf(all, anna, 'ringing');
  await answer(all, anna, await browser(), id);
  expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'no_ack', durationMs: 0 });
  await vi.waitFor(() => expect(byes.length).toBeGreaterThan(0), wait);
  expect(verdictOf(peers.events)).toMatchObject({ code: 'no_ack', severity: 'error' });
});
