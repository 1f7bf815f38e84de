import { describe, expect, test, vi } from 'vitest';
import { answer, browser, dial, inviteOf, phone, stateOf, system } from '../testing/actors.ts';
import { wait } from '../testing/system.ts';
import { eventLike, heardBothWays, outcome, talkFrom, talkTo, viewIn } from '../testing/talks.ts';

describe('what the far end writes', () => {
  test('media at a multicast address: 488, and nothing is left over', async () => {
    const all = await system();
    all.peers.devices.set(all.anna.userId, 1);
    const offer = (await phone()).offer().replaceAll('IN IP4 127.0.0.1', 'IN IP4 239.1.2.3');
    const seen = outcome(all.pbx.call('20', offer));
    await vi.waitFor(() => expect(seen.failed).toBe(488), wait);
  });

  test('VOX-119 media at a link-local address: spoken to where the PBX signals from', async () => {
    const all = await system();
    const { anna, peers, pbx } = all;
    peers.devices.set(anna.userId, 1);
    const [peer, desk] = [await browser(), await phone()];
    const offer = desk.offer().replaceAll('IN IP4 127.0.0.1', 'IN IP4 169.254.169.254');
    const call = pbx.call('20', offer);
    call.on('answered', ({ bodyText }) => desk.accept(bodyText));
    const { id } = await stateOf(all, anna, 'ringing');
    await answer(all, anna, peer, id);
    await heardBothWays({ peer, desk }, 1000);
    await eventLike(all, 'call.media', { state: 'agreed', side: 'rtp', address: '127.0.0.1' });
    // Called by us it may say so too.
    const [again, other] = [await browser(), await phone()];
    const second = await dial(all, anna, again, '10');
    const invite = await inviteOf(all);
    invite.answer(
      other.answer(invite.body).replaceAll('IN IP4 127.0.0.1', 'IN IP4 169.254.169.254'),
    );
    await viewIn(all, anna, second, { state: 'connected' });
    await heardBothWays({ peer: again, desk: other }, 700);
  });
});

describe('commands', () => {
  test('no target hides an emergency or blocked number behind an area code', async () => {
    const all = await system();
    const { peers, anna } = all;
    const { callId } = await talkFrom(all, anna);
    const transfer = async (number: string) =>
      (await peers.command(anna, 'call.transfer', { callId, number })).code;
    expect(await transfer('112')).toBe('number_invalid');
    expect(await transfer('!0110')).toBe('number_invalid');
    for (const number of ['+49 0881 123456', '!000 881 123456'])
      expect(await transfer(number)).toBe('destination_blocked');
    for (const number of ['*21*112#', '!*21*11#', '#9', '＊２１＃'])
      expect(await transfer(number)).toBe('target_is_code');
    expect(all.pbx.calls).toEqual([]);
    void transfer('+4930110');
    expect((await inviteOf(all)).requestUri).toMatchObject({ user: '0030110' });
  });

  test('a code of the PBX is no target, but for one set up as feature code', async () => {
    const featureCodes = [{ name: 'Voicemail', code: '*98' }];
    const all = await system({ group: { featureCodes, transferMethod: 'refer' } });
    const { peers, anna, pbx } = all;
    const { callId } = await talkFrom(all, anna);
    const second = pbx.call('20', (await phone()).offer());
    outcome(second);
    const ringing = await vi.waitFor(() => {
      const view = peers.viewsOf(anna.userId).find(({ state }) => state === 'ringing');
      if (!view) throw new Error('nothing rings');
      return view.id;
    }, wait);
    const redirect = async (number: string) =>
      (await peers.command(anna, 'call.redirect', { callId: ringing, number })).code;
    expect(await redirect('*21*112#')).toBe('target_is_code');
    expect(await redirect('*98')).toBeNull();
    expect((await inviteOf(all)).requestUri).toMatchObject({ user: '*98' });

    // Dialled it may be; but to the other party's telephone it is not handed on as a target.
    const dialled = await talkTo(all, anna, '*21#', 1);
    const connect = { callId, otherCallId: dialled.callId };
    expect(await peers.command(anna, 'call.connect', connect)).toMatchObject({ ok: true });
    await eventLike(all, 'call.transferred', { kind: 'attended', method: 'join' });
    expect(pbx.received('REFER')).toEqual([]);
  });

  test('calls of others, of nobody and of oneself twice are no pairs', async () => {
    const all = await system();
    const { peers, anna, ben } = all;
    const { callId } = await talkTo(all, anna, '10');
    const sdp = await (await browser()).offer();
    const foreign = { ...ben, tenant: `ten_${'0'.repeat(26)}` as typeof ben.tenant };
    for (const whom of [ben, foreign])
      for (const [type, data] of [
        ['call.transfer', { callId, number: '11' }],
        ['call.connect', { callId, otherCallId: callId }],
        ['call.move', { callId, sdp }],
        ['call.hold', { callId }],
        ['call.hangup', { callId }],
        ['call.dtmf', { callId, digits: '1' }],
      ] as const)
        expect((await peers.command(whom, type, data)).ok).toBe(false);
    const twice = { callId, otherCallId: callId };
    expect((await peers.command(anna, 'call.connect', twice)).ok).toBe(false);
    await viewIn(all, anna, callId, { state: 'connected', held: false });
  });

  test('a suspended tenant transfers no call; an emergency number behind a button is dialled', async () => {
    const all = await system({ group: { featureCodes: [{ name: 'Help', code: '112' }] } });
    const { peers, anna, tenant } = all;
    const { callId } = await talkTo(all, anna, '10');
    tenant.config.tenant.state = 'suspended';
    const section = `tenant/${anna.tenant}`;
    await peers.publish({ section, epoch: 1, version: 2, payload: tenant.config });
    await vi.waitFor(() => expect(peers.configResults.at(-1)?.version).toBe(2), wait);
    expect(await peers.command(anna, 'call.transfer', { callId, number: '11' })).toMatchObject({
      code: 'tenant_suspended',
    });
    const [line] = tenant.config.lineGroups[0]?.lines ?? [];
    const sdp = await (await browser()).offer();
    const help = { lineId: line?.id, index: 0, sdp };
    expect(await peers.command(anna, 'call.feature', help)).toMatchObject({ ok: true });
    expect((await inviteOf(all, 1)).requestUri).toMatchObject({ user: '0112' });
    expect(peers.viewsOf(anna.userId).some(({ emergency }) => emergency)).toBe(true);
  });
});
