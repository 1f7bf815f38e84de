import { dominantTone } from '@trunkline/media/audio/detect.ts';
import type { OutgoingCall } from '@trunkline/sip/endpoint/outgoing-call.ts';
import { describe, expect, test, vi } from 'vitest';
import { answer, browser, endOf, phone, stateOf, storyOf, system } from '../testing/actors.ts';
import type { TestPhone } from '../testing/pbx.ts';
import { type System, type SystemOptions, wait } from '../testing/system.ts';

/** What became of a call of the PBX. */
function outcome(call: OutgoingCall) {
  const seen = { status: [] as number[], failed: 0, answered: '', ended: false };
  call.on('provisional', ({ statusCode }) => seen.status.push(statusCode));
  call.on('failed', ({ statusCode }) => {
    seen.failed = statusCode;
  });
  call.on('answered', ({ bodyText }) => {
    seen.answered = bodyText;
  });
  call.on('ended', () => {
    seen.ended = true;
  });
  return seen;
}

/** The desk phone calls line 20; `devices` of Anna and Ben ring. */
async function ring(devices: { anna?: number; ben?: number }, options?: SystemOptions) {
  const all = await system(options);
  all.peers.devices.set(all.anna.userId, devices.anna ?? 0);
  all.peers.devices.set(all.ben.userId, devices.ben ?? 0);
  const desk = await phone();
  const call = all.pbx.call('20', desk.offer());
  return { all, desk, call, seen: outcome(call) };
}

const ringing = (seen: { status: number[] }) =>
  vi.waitFor(() => expect(seen.status).toContain(180), wait);

/** Line 20 belongs to both. */
const shared = (group: SystemOptions['group'] = {}): SystemOptions => ({
  group,
  firstLineUsers: ({ anna, ben }) => [anna, ben],
});

async function rejects(all: System, who: 'anna' | 'ben', variant = 'busy') {
  const [view] = all.peers.viewsOf(all[who].userId);
  return all.peers.command(all[who], 'call.reject', { callId: view?.id, variant });
}

describe('incoming calls', () => {
  test('answered: audio both ways, hang-up by the browser', async () => {
    const { all, desk, seen } = await ring({ anna: 1 });
    const { peers, anna } = all;
    const view = await stateOf(all, anna, 'ringing');
    expect(view).toMatchObject({
      direction: 'incoming',
      remote: { number: '+49301234521', display: '21', name: 'Ben Muster', userId: all.ben.userId },
      lineNumber: '+49301234520',
      deviceId: null,
    });
    await ringing(seen);
    const peer = await browser();
    await answer(all, anna, peer, view.id);
    expect(await stateOf(all, anna, 'connected')).toMatchObject({ deviceId: anna.deviceId });
    desk.accept(seen.answered);
    await vi.waitFor(() => expect(peer.connection.connectionState).toBe('connected'), wait);
    peer.play(440);
    desk.play(1000);
    await vi.waitFor(() => {
      expect(Math.abs(dominantTone(desk.samples, 8000).frequency - 440)).toBeLessThan(5);
      expect(Math.abs(peer.hearing.frequency - 1000)).toBeLessThan(5);
    }, wait);
    await peers.command(anna, 'call.hangup', { callId: view.id });
    await vi.waitFor(() => expect(seen.ended).toBe(true), wait);
    const end = await endOf(all);
    expect(end).toMatchObject({ by: 'local', cause: 'normal' });
    expect(end.durationMs).toBeGreaterThan(0);
    expect(storyOf(all)).toEqual(['call.started', 'call.ringing', 'call.answered', 'call.ended']);
    const started = peers.eventsOf('call.started')[0]?.data;
    expect(started).toMatchObject({ userIds: [anna.userId], journal: true, private: false });
    // The INVITE was on the wire before its call was known.
    const [first] = peers.eventsOf('sip.message');
    expect(first?.data).toMatchObject({ direction: 'in', cseq: expect.stringContaining('INVITE') });
  });

  /** The desk phone calls without an offer; what its ACK answers to ours. */
  async function callWithoutOffer(answerOffer?: (desk: TestPhone) => (offer: string) => string) {
    const all = await system();
    all.peers.devices.set(all.anna.userId, 1);
    const desk = await phone();
    const own = answerOffer ? { answerOffer: answerOffer(desk) } : {};
    const call = all.pbx.call('20', '', undefined, own);
    const seen = outcome(call);
    const { id } = await stateOf(all, all.anna, 'ringing');
    const peer = await browser();
    await answer(all, all.anna, peer, id);
    return { all, desk, peer, seen };
  }

  test('an INVITE without offer gets ours in the 200, and is answered with the ACK', async () => {
    const { all, desk, peer, seen } = await callWithoutOffer((one) => (offer) => one.answer(offer));
    await vi.waitFor(() => expect(seen.answered).toContain('a=rtpmap:8 PCMA/8000'), wait);
    await stateOf(all, all.anna, 'connected');
    peer.play(440);
    await vi.waitFor(() => expect(desk.samples.length).toBeGreaterThan(0), wait);
  });

  test('RFC 3264 §4 an ACK without the answer that is due ends the call', async () => {
    const { all } = await callWithoutOffer();
    expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'media_failed' });
  });

  test('answered and hung up at once: the call ends, the PBX is refused', async () => {
    const { all, seen } = await ring({ anna: 1 });
    const { peers, anna } = all;
    const { id } = await stateOf(all, anna, 'ringing');
    await ringing(seen);
    const sdp = await (await browser()).offer();
    const [taken, hungUp] = await Promise.all([
      peers.command(anna, 'call.answer', { callId: id, sdp }),
      peers.command(anna, 'call.hangup', { callId: id }),
    ]);
    expect(hungUp).toMatchObject({ ok: true });
    expect(taken).toMatchObject({ ok: false, code: 'call_gone' });
    expect(await endOf(all)).toMatchObject({ by: 'local', cause: 'cancelled' });
    await vi.waitFor(() => expect(seen.failed).toBe(486), wait);
  });

  test('cancelled by the caller: missed', async () => {
    const { all, call, seen } = await ring({ anna: 1 });
    await ringing(seen);
    call.cancel();
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause: 'cancelled' });
    expect(await stateOf(all, all.anna, 'ended')).toMatchObject({
      end: { cause: 'cancelled', elsewhere: false },
    });
    expect(storyOf(all)).toEqual(['call.started', 'call.ringing', 'call.ended']);
  });

  test('a CANCEL that says "completed elsewhere" is told as such', async () => {
    const { all, call, seen } = await ring({ anna: 1 });
    await ringing(seen);
    call.cancel({ cause: 200, text: 'Call completed elsewhere' });
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause: 'answered_elsewhere' });
  });

  test.each([486, 480, 603] as const)(
    'LIN-062 nobody signed in: the PBX gets %d and no device rings',
    async (notSignedInResponse) => {
      const { all, seen } = await ring({}, { group: { notSignedInResponse } });
      await vi.waitFor(() => expect(seen.failed).toBe(notSignedInResponse), wait);
      expect(seen.status).not.toContain(180);
      expect(await endOf(all)).toMatchObject({
        by: 'system',
        cause: 'not_signed_in',
        sipCode: notSignedInResponse,
      });
    },
  );

  test('LIN-062 nobody signed in with 180: the PBX rings until the caller gives up', async () => {
    const { all, call, seen } = await ring({}, { group: { notSignedInResponse: 180 } });
    await ringing(seen);
    expect(all.peers.eventsOf('call.ended')).toEqual([]);
    call.cancel();
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause: 'cancelled' });
  });

  test.each([
    ['client', 'busy', 486],
    ['client', 'decline', 603],
    [480, 'decline', 480],
  ] as const)(
    'LIN-064 group answer %s, the user rejects with %s: the PBX gets %d',
    async (rejectResponse, variant, status) => {
      const { all, seen } = await ring({ anna: 1 }, { group: { rejectResponse } });
      await ringing(seen);
      expect(await rejects(all, 'anna', variant)).toMatchObject({ ok: true });
      await vi.waitFor(() => expect(seen.failed).toBe(status), wait);
      expect(await endOf(all)).toMatchObject({ by: 'local', cause: 'rejected', sipCode: status });
      expect(all.peers.eventsOf('call.rejected')[0]?.data).toMatchObject({
        userId: all.anna.userId,
        variant,
        sipCode: status,
      });
    },
  );

  test('LIN-064 group answer 180: the user is released, the PBX goes on ringing', async () => {
    const { all, call, seen } = await ring({ anna: 1 }, { group: { rejectResponse: 180 } });
    await ringing(seen);
    await rejects(all, 'anna');
    await stateOf(all, all.anna, 'ended');
    expect(seen.failed).toBe(0);
    call.cancel();
    expect(await endOf(all)).toMatchObject({ cause: 'cancelled' });
  });
});

describe('a line of several users', () => {
  test('one rejects: the other rings on; the last one’s rejection is told', async () => {
    const { all, seen } = await ring({ anna: 1, ben: 1 }, shared());
    await ringing(seen);
    await stateOf(all, all.ben, 'ringing');
    await rejects(all, 'anna');
    await stateOf(all, all.anna, 'ended');
    expect(seen.failed).toBe(0);
    await stateOf(all, all.ben, 'ringing');
    await rejects(all, 'ben', 'decline');
    await vi.waitFor(() => expect(seen.failed).toBe(603), wait);
    await endOf(all);
    expect(all.peers.eventsOf('call.rejected').map(({ data }) => data)).toMatchObject([
      { userId: all.anna.userId, sipCode: null },
      { userId: all.ben.userId, sipCode: 603 },
    ]);
  });

  test('one answers: it is over for the other, quietly', async () => {
    const { all, seen } = await ring({ anna: 1, ben: 2 }, shared());
    await ringing(seen);
    const { id } = await stateOf(all, all.anna, 'ringing');
    await answer(all, all.anna, await browser(), id);
    expect(await stateOf(all, all.ben, 'ended')).toMatchObject({ end: { elsewhere: true } });
    const late = await all.peers.command(all.ben, 'call.answer', {
      callId: id,
      sdp: await (await browser()).offer(),
    });
    expect(late).toMatchObject({ ok: false, code: 'call_gone' });
    await stateOf(all, all.anna, 'connected');
    await vi.waitFor(() => expect(all.peers.eventsOf('call.answered')).toHaveLength(1), wait);
  });

  test('two devices answer at once: one gets the call, the other is told', async () => {
    const { all, seen } = await ring({ anna: 2 }, shared());
    await ringing(seen);
    const { id } = await stateOf(all, all.anna, 'ringing');
    const other = { ...all.anna, deviceId: all.ben.deviceId };
    const [first, second] = [await browser(), await browser()];
    const results = await Promise.all([
      all.peers.command(all.anna, 'call.answer', { callId: id, sdp: await first.offer() }),
      all.peers.command(other, 'call.answer', { callId: id, sdp: await second.offer() }),
    ]);
    expect(results.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(results.find(({ ok }) => !ok)?.code).toBe('call_state');
  });
});

describe('who may call', () => {
  test('an INVITE from elsewhere than the PBX is turned away', async () => {
    // 127.0.0.2 is not the registrar.
    const all = await system();
    all.peers.devices.set(all.anna.userId, 1);
    const { SipEndpoint } = await import('@trunkline/sip/endpoint/endpoint.ts');
    const stranger = await SipEndpoint.listen({
      listeners: [{ transport: 'udp', bindAddress: '127.0.0.2', port: 0 }],
      userAgent: 'stranger',
    });
    const failed = await new Promise((resolve) => {
      stranger
        .invite({
          requestUri: all.pbx.contacts.get('20') ?? '',
          to: '<sip:20@127.0.0.1>',
          from: '<sip:21@127.0.0.1>',
          contactUser: 'x',
          body: '',
        })
        .on('failed', ({ statusCode }) => resolve(statusCode));
    });
    await stranger.close();
    expect(failed).toBe(403);
    expect(all.peers.eventsOf('call.started')).toEqual([]);
  });
});
