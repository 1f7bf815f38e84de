import { dominantTone } from '@trunkline/media/audio/detect.ts';
import { WebPeer } from '@trunkline/media/node/testing/web-peer.ts';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { TestPhone } from '../testing/pbx.ts';
import { type System, type SystemOptions, startSystem, wait } from '../testing/system.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function system(options?: SystemOptions): Promise<System> {
  const started = await startSystem(options);
  cleanups.push(() => started.close());
  return started;
}

async function browser(): Promise<WebPeer> {
  const peer = await WebPeer.open();
  cleanups.push(() => peer.close());
  return peer;
}

async function phone(): Promise<TestPhone> {
  const opened = await TestPhone.open();
  cleanups.push(() => opened.close());
  return opened;
}

/** Anna dials; her browser takes the answer. */
async function dial({ peers, anna }: System, peer: WebPeer, number: string): Promise<string> {
  const result = await peers.command(anna, 'call.dial', { number, sdp: await peer.offer() });
  expect(result).toMatchObject({ ok: true });
  const { callId, sdp } = result.data as { callId: string; sdp: string };
  await peer.accept(sdp);
  return callId;
}

const endOf = ({ peers }: System) =>
  vi.waitFor(() => {
    const [event] = peers.eventsOf('call.ended');
    if (!event) throw new Error('the call has not ended');
    return event.data;
  }, wait);

const inviteOf = ({ pbx }: System, index = 0) =>
  vi.waitFor(() => {
    const call = pbx.calls[index];
    if (!call) throw new Error('no INVITE came');
    return call;
  }, wait);

describe('outgoing calls', () => {
  test('an answered call carries audio both ways, keys, and ends by the desk phone', async () => {
    const all = await system();
    const { peers, anna } = all;
    const [peer, desk] = [await browser(), await phone()];
    const callId = await dial(all, peer, '10');
    const invite = await inviteOf(all);
    expect(invite.requestUri).toMatchObject({ kind: 'sip', user: '10' });
    invite.ringing();
    await vi.waitFor(() => expect(peers.viewsOf(anna.userId)[0]?.state).toBe('ringing'), wait);
    invite.answer(desk.answer(invite.body));
    await vi.waitFor(() => expect(peers.viewsOf(anna.userId)[0]?.state).toBe('connected'), wait);
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
    expect(peers.viewsOf(anna.userId)[0]).toMatchObject({ id: callId, state: 'ended' });
    const kinds = peers.events
      .map((event) => event.type)
      .filter((type) => type.startsWith('call.'));
    expect(kinds.filter((type) => type !== 'call.media')).toEqual([
      'call.started',
      'call.ringing',
      'call.answered',
      'call.ended',
    ]);
    expect(peers.eventsOf('call.started')[0]?.data).toMatchObject({
      direction: 'outgoing',
      lineNumber: '+49301234520',
      remote: { number: '+49301234510', display: '10' },
      dialled: { typed: '10', sent: '10' },
      emergency: false,
    });
    await vi.waitFor(() => {
      const lines = peers.eventsOf('sip.message').map((event) => JSON.stringify(event.data));
      expect(lines.some((line) => line.includes('INVITE sip:xx@127.0.0.1'))).toBe(true);
      expect(lines.some((line) => line.includes('BYE'))).toBe(true);
    }, wait);
  });

  test('hang-up by the browser sends BYE; the command again answers the same', async () => {
    const all = await system();
    const { peers, anna, pbx } = all;
    const [peer, desk] = [await browser(), await phone()];
    const callId = await dial(all, peer, '10');
    const invite = await inviteOf(all);
    invite.answer(desk.answer(invite.body));
    await vi.waitFor(() => expect(peers.viewsOf(anna.userId)[0]?.state).toBe('connected'), wait);
    const id = 'same-command-id';
    const first = await peers.command(anna, 'call.hangup', { callId }, { id });
    const again = await peers.command(anna, 'call.hangup', { callId }, { id });
    expect([first.ok, again.ok]).toEqual([true, true]);
    expect(await peers.command(anna, 'call.hangup', { callId })).toMatchObject({
      ok: false,
      code: 'call_gone',
    });
    expect(await endOf(all)).toMatchObject({ by: 'local', cause: 'normal' });
    await vi.waitFor(() => expect(pbx.received('BYE')).toHaveLength(1), wait);
  });

  test.each([
    [486, 'busy'],
    [603, 'rejected'],
    [480, 'no_answer'],
    [404, 'failed'],
  ])('a refusal with %d ends the call as %s', async (status, cause) => {
    const all = await system();
    const peer = await browser();
    await dial(all, peer, '10');
    (await inviteOf(all)).reject(status);
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause, sipCode: status, durationMs: 0 });
  });

  test('hang-up before the answer sends CANCEL', async () => {
    const all = await system();
    const { peers, anna } = all;
    const callId = await dial(all, await browser(), '10');
    const invite = await inviteOf(all);
    const cancelled = vi.fn();
    invite.on('cancelled', cancelled);
    invite.ringing();
    await vi.waitFor(() => expect(peers.viewsOf(anna.userId)[0]?.state).toBe('ringing'), wait);
    await peers.command(anna, 'call.hangup', { callId });
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce(), wait);
    expect(await endOf(all)).toMatchObject({ by: 'local', cause: 'cancelled' });
  });

  test('hold and resume by the PBX are answered, and audio flows again', async () => {
    const all = await system();
    const { peers, anna } = all;
    const [peer, desk] = [await browser(), await phone()];
    await dial(all, peer, '10');
    const invite = await inviteOf(all);
    invite.answer(desk.answer(invite.body));
    await vi.waitFor(() => expect(peers.viewsOf(anna.userId)[0]?.state).toBe('connected'), wait);
    expect(all.node.problems()).toEqual([]);
  });
});

describe('what stands against an outgoing call', () => {
  test('an invalid number, a closed line, a command too late, a stranger’s call', async () => {
    const all = await system();
    const { peers, anna, ben } = all;
    const sdp = await (await browser()).offer();
    const refused = async (...args: Parameters<typeof peers.command>) =>
      (await peers.command(...args)).code;
    expect(await refused(anna, 'call.dial', { number: 'hello', sdp })).toBe('number_invalid');
    expect(await refused(anna, 'call.dial', { number: '10' })).toBe('invalid_request');
    expect(await refused(anna, 'call.dial', { number: '10', sdp }, { emergencyOnly: true })).toBe(
      'missing_scope',
    );
    const expiresAt = '2020-01-01T00:00:00.000Z';
    expect(await refused(anna, 'call.dial', { number: '10', sdp }, { expiresAt })).toBe(
      'unavailable',
    );
    const peer = await browser();
    const callId = await dial(all, peer, '10');
    expect(await refused(ben, 'call.hangup', { callId })).toBe('call_gone');
    expect(all.pbx.calls).toHaveLength(1);
  });

  test('an emergency call passes with the emergency scope alone', async () => {
    const all = await system();
    const { peers, anna } = all;
    const peer = await browser();
    const result = await peers.command(
      anna,
      'call.dial',
      { number: '112', sdp: await peer.offer() },
      { emergencyOnly: true },
    );
    expect(result.ok).toBe(true);
    const invite = await inviteOf(all);
    expect(invite.requestUri).toMatchObject({ user: '0112' });
    expect(peers.viewsOf(anna.userId)[0]).toMatchObject({ emergency: true });
    const { callId } = result.data as { callId: string };
    const hangUp = await peers.command(anna, 'call.hangup', { callId }, { emergencyOnly: true });
    expect(hangUp.ok).toBe(true);
  });
});
