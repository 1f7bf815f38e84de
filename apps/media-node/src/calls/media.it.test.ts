import { describe, expect, test, vi } from 'vitest';
import { browser, dial, endOf, inviteOf, phone, system } from '../testing/actors.ts';
import { wait } from '../testing/system.ts';
import { eventLike, heardBothWays, talkFrom, talkTo, viewIn } from '../testing/talks.ts';

/** Payload types of an offer in their order. */
function formatsOf(sdp: string): string[] {
  return /^m=audio \d+ \S+ ([0-9 ]+)/m.exec(sdp)?.[1]?.trim().split(' ') ?? [];
}

describe('media towards the PBX as its group wants it', () => {
  test.each(['optional', 'required'] as const)(
    'VOX-117 encryption %s: keys are exchanged in the SDP, audio goes encrypted both ways',
    async (srtp) => {
      const all = await system({ group: { srtp } });
      const talk = await talkTo(all, all.anna, '10', 0, { srtp: true });
      expect(talk.call.body).toMatch(/^m=audio \d+ RTP\/SAVP /m);
      expect(talk.call.body).toContain('AES_CM_128_HMAC_SHA1_80');
      await heardBothWays(talk, 1000);
      expect(await viewIn(all, all.anna, talk.callId, {})).toMatchObject({ pbxEncrypted: true });
      await eventLike(all, 'call.media', { state: 'agreed', side: 'rtp', encrypted: true });
    },
  );

  test('VOX-120 keys as tones where the group says so, in both directions', async () => {
    const all = await system({ group: { dtmf: 'inband' } });
    const { callId, call, desk } = await talkTo(all, all.anna, '10', 0, { inband: true });
    expect(call.body).not.toContain('telephone-event');
    const sent = await all.peers.command(all.anna, 'call.dtmf', { callId, digits: '159#' });
    expect(sent).toMatchObject({ ok: true });
    await vi.waitFor(() => expect(desk.keys.join('')).toBe('159#'), wait);
    await desk.rtp.sendDtmf('42', { mode: 'inband' });
    await vi.waitFor(() => {
      const remote = all.peers
        .eventsOf('call.dtmf')
        .filter(({ data }) => 'from' in data && data.from === 'remote');
      expect(remote).toHaveLength(2);
    }, wait);
  });

  test('LIN-074 [G722, PCMA] is offered as 9 8; HD goes to the browser as Opus', async () => {
    const all = await system({
      group: { pbxCodecs: ['G722', 'PCMA'], clientCodecs: ['opus', 'PCMA'] },
    });
    const talk = await talkTo(all, all.anna, '10', 0, { codec: 'G722' });
    expect(formatsOf(talk.call.body).slice(0, 2)).toEqual(['9', '8']);
    await heardBothWays(talk, 1000);
    await eventLike(all, 'call.media', { state: 'agreed', side: 'rtp', codec: 'G722' });
    await vi.waitFor(() => {
      const frame = all.peers.edgeFrames.findLast(({ t }) => t === 'call.quality');
      expect(frame).toMatchObject({
        quality: { client: { codec: 'opus' }, pbx: { codec: 'G722' } },
      });
    }, wait);
  });

  test('quality is shown while the call goes on and recorded for each side at its end', async () => {
    const all = await system();
    const { anna, peers } = all;
    const talk = await talkFrom(all, anna);
    await heardBothWays(talk, 1000);
    await vi.waitFor(() => {
      const frame = peers.edgeFrames.findLast(({ t }) => t === 'call.quality');
      expect(frame).toMatchObject({
        userId: anna.userId,
        callId: talk.callId,
        quality: {
          client: { mos: expect.any(Number), lossPercent: expect.any(Number), encrypted: true },
          pbx: { codec: 'PCMA', mos: expect.any(Number), encrypted: false },
        },
      });
    }, wait);
    await talk.call.bye();
    await endOf(all);
    for (const side of ['webrtc', 'rtp'] as const)
      await eventLike(all, 'call.quality', { side, final: true });
    const finals = peers
      .eventsOf('call.quality')
      .map(({ data }) => data)
      .filter((data) => 'quality' in data && data.final);
    expect(finals).toHaveLength(2);
  });
});

test('VOX-133 foreign minutes used up end a running call; a call at home goes on', async () => {
  let ahead = 0;
  const all = await system({
    tenant: { limits: { foreignMinutesPerHour: 1, countries: ['*'] } },
    monotonicAheadMs: () => ahead,
  });
  const { anna, peers } = all;
  const home = await talkTo(all, anna, '030 99887766');
  const peer = await browser();
  const callId = await dial(all, anna, peer, '0041 44 6681800');
  const invite = await inviteOf(all, 1);
  const desk = await phone();
  invite.answer(desk.answer(invite.body));
  await viewIn(all, anna, callId, { state: 'connected' });
  ahead = 61_000;
  expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'foreign_minutes' });
  await eventLike(all, 'limit.hit', { reason: 'foreign_minutes', userId: anna.userId });
  await viewIn(all, anna, home.callId, { state: 'connected' });
  const again = await peers.command(anna, 'call.dial', {
    number: '0041 44 6681800',
    sdp: await (await browser()).offer(),
  });
  expect(again).toMatchObject({ ok: false, code: 'call_limit' });
});
