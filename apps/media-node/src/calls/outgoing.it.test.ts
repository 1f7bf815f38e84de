import { dominantTone } from '@trunkline/media/audio/detect.ts';
import { describe, expect, test, vi } from 'vitest';
import {
  browser,
  dial,
  endOf,
  inviteOf,
  phone,
  stateOf,
  storyOf,
  system,
} from '../testing/actors.ts';
import { sendInDialog } from '../testing/in-dialog.ts';
import { wait } from '../testing/system.ts';

describe('outgoing calls', () => {
  test('an answered call carries audio both ways, keys, and ends by the desk phone', async () => {
    const all = await system();
    const { peers, anna } = all;
    const [peer, desk] = [await browser(), await phone()];
    const callId = await dial(all, all.anna, peer, '10');
    const invite = await inviteOf(all);
    expect(invite.requestUri).toMatchObject({ kind: 'sip', user: '10' });
    invite.ringing();
    await stateOf(all, anna, 'ringing');
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
    expect(peers.viewsOf(anna.userId)[0]).toMatchObject({ id: callId, state: 'ended' });
    expect(storyOf(all)).toEqual(['call.started', 'call.ringing', 'call.answered', 'call.ended']);
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
    const callId = await dial(all, all.anna, peer, '10');
    const invite = await inviteOf(all);
    invite.answer(desk.answer(invite.body));
    await stateOf(all, anna, 'connected');
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
    await dial(all, all.anna, peer, '10');
    (await inviteOf(all)).reject(status);
    expect(await endOf(all)).toMatchObject({ by: 'remote', cause, sipCode: status, durationMs: 0 });
  });

  test('hang-up before the answer sends CANCEL', async () => {
    const all = await system();
    const { peers, anna } = all;
    const callId = await dial(all, all.anna, await browser(), '10');
    const invite = await inviteOf(all);
    const cancelled = vi.fn();
    invite.on('cancelled', cancelled);
    invite.ringing();
    await stateOf(all, anna, 'ringing');
    await peers.command(anna, 'call.hangup', { callId });
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce(), wait);
    expect(await endOf(all)).toMatchObject({ by: 'local', cause: 'cancelled' });
  });

  test('hold and resume by the PBX are answered, and audio flows again', async () => {
    const all = await system();
    const [peer, desk] = [await browser(), await phone()];
    await dial(all, all.anna, peer, '10');
    const invite = await inviteOf(all);
    invite.answer(desk.answer(invite.body));
    await stateOf(all, all.anna, 'connected');
    const node = { port: all.node.sipPort };
    const held = await sendInDialog(invite.dialog, 'INVITE', node, desk.offer('sendonly'));
    expect(held.statusCode).toBe(200);
    expect(held.bodyText).toContain('a=recvonly');
    const resumed = await sendInDialog(invite.dialog, 'INVITE', node, desk.offer());
    expect(resumed.bodyText).toContain('a=sendrecv');
    const asked = await sendInDialog(invite.dialog, 'INVITE', node, '', (offer) =>
      desk.answer(offer),
    );
    expect(asked.bodyText).toContain('a=rtpmap:8 PCMA/8000');
    const videoOnly = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n';
    const refused = await sendInDialog(invite.dialog, 'INVITE', node, videoOnly);
    expect(refused.statusCode).toBe(488);
    peer.play(440);
    desk.play(1000);
    await vi.waitFor(() => {
      expect(Math.abs(dominantTone(desk.samples, 8000).frequency - 440)).toBeLessThan(5);
      expect(Math.abs(peer.hearing.frequency - 1000)).toBeLessThan(5);
    }, wait);
  });

  test('early media is heard before the answer', async () => {
    const all = await system();
    const [peer, desk] = [await browser(), await phone()];
    await dial(all, all.anna, peer, '10');
    const invite = await inviteOf(all);
    const body = desk.answer(invite.body);
    invite.ringing({ status: 183, body });
    desk.play(1000);
    await vi.waitFor(() => expect(Math.abs(peer.hearing.frequency - 1000)).toBeLessThan(5), wait);
    expect((await stateOf(all, all.anna, 'ringing')).answeredAt).toBeNull();
    invite.answer(body);
    await stateOf(all, all.anna, 'connected');
  });

  test('both sides hang up at once: one end, no error', async () => {
    const all = await system();
    const { peers, anna } = all;
    const [peer, desk] = [await browser(), await phone()];
    const callId = await dial(all, anna, peer, '10');
    const invite = await inviteOf(all);
    invite.answer(desk.answer(invite.body));
    await stateOf(all, anna, 'connected');
    await Promise.all([invite.bye(), peers.command(anna, 'call.hangup', { callId })]);
    await endOf(all);
    expect(await peers.command(anna, 'call.hangup', { callId })).toMatchObject({
      code: 'call_gone',
    });
    expect(peers.eventsOf('call.ended')).toHaveLength(1);
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
    const callId = await dial(all, all.anna, peer, '10');
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
