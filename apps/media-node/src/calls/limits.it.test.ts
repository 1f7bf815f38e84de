import { awayMs } from '@trunkline/calls/toll-guard.ts';
import { describe, expect, test, vi } from 'vitest';
import { browser, endOf, inviteOf, phone, stateOf, system } from '../testing/actors.ts';
import { wait } from '../testing/system.ts';
import { eventLike, outcome, talkFrom, talkTo, viewIn } from '../testing/talks.ts';

describe('toll-fraud floor', () => {
  test('VOX-133 a replayed fraud script stops within 10 calls; the emergency call passes', async () => {
    const all = await system({
      tenant: { limits: { callsPerMinuteUser: 3, countries: ['44'], foreignMinutesPerHour: 60 } },
    });
    const { peers, anna } = all;
    const sdp = await (await browser()).offer();
    const script = ['+8816123456', '+979123456', '!00088161234567', '*21*000882131234#'];
    const codes: (string | null)[] = [];
    for (let index = 0; index < 24; index++) {
      const number = script[index % 6] ?? `+4490${100_000 + index}`;
      codes.push((await peers.command(anna, 'call.dial', { number, sdp })).code);
    }
    expect(codes.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => 'destination_blocked'));
    expect(codes.filter((code) => code === null).length).toBeLessThanOrEqual(3);
    expect(codes.at(-1)).toBe('call_limit');
    expect(all.pbx.calls.length).toBeLessThan(10);
    await eventLike(all, 'limit.hit', { reason: 'blocked_prefix', destination: '+881' });
    await eventLike(all, 'limit.hit', { reason: 'user_call_rate', userId: anna.userId });
    expect(await peers.command(anna, 'call.dial', { number: '112', sdp })).toMatchObject({
      ok: true,
    });
  });

  test('transfer and forwarding targets are asked too; the caller is not lost', async () => {
    const all = await system({ tenant: { mailboxes: { anna: '12' } } });
    const { peers, anna } = all;
    const { callId } = await talkFrom(all, anna);
    const blocked = { callId, number: '+979 123456' };
    expect((await peers.command(anna, 'call.transfer', blocked)).code).toBe('destination_blocked');
    await viewIn(all, anna, callId, { state: 'connected', transferring: false });
    const desk = await phone();
    const second = all.pbx.call('20', desk.offer());
    const seen = outcome(second);
    const ringing = await vi.waitFor(() => {
      const view = peers.viewsOf(anna.userId).findLast(({ state }) => state === 'ringing');
      if (!view) throw new Error('nothing rings');
      return view;
    }, wait);
    const away = { callId: ringing.id, number: '+979 123456' };
    expect((await peers.command(anna, 'call.redirect', away)).code).toBe('destination_blocked');
    expect(seen.failed).toBe(0);
  });
});

test('VOX-133 calls sent out of the house by REFER and 302 count on for a while', async () => {
  let aheadMs = 0;
  const all = await system({
    group: { transferMethod: 'refer', forwardMethod: 'redirect_302' },
    tenant: { limits: { concurrentCalls: 1 } },
    monotonicAheadMs: () => aheadMs,
  });
  const { peers, anna, ben, pbx } = all;
  const sdp = await (await browser()).offer();
  const benDials = async () =>
    (await peers.command(ben, 'call.dial', { number: '0171 1234567', sdp })).code;

  const { callId, call } = await talkFrom(all, anna);
  const asked: { refuse(): void; take(): void }[] = [];
  call.on('refer', (refer) => {
    refer.accept();
    asked.push({ refuse: () => refer.notify(486), take: () => refer.notify(200) });
  });
  const transfer = async (index: number) => {
    const done = peers.command(anna, 'call.transfer', { callId, number: '0171 1234567' });
    const request = await vi.waitFor(() => {
      const one = asked[index];
      if (!one) throw new Error('no REFER came');
      return one;
    }, wait);
    expect(await benDials()).toBe('call_limit');
    return { request, done };
  };
  const first = await transfer(0);
  first.request.refuse();
  expect((await first.done).code).toBe('transfer_failed');
  // Refused it is free again: else the second transfer would not even begin.
  const second = await transfer(1);
  second.request.take();
  expect(await second.done).toMatchObject({ ok: true });
  await endOf(all);
  expect(await benDials()).toBe('call_limit');
  aheadMs += awayMs;

  const caller = pbx.call('20', (await phone()).offer());
  const seen = outcome(caller);
  const ringing = await vi.waitFor(() => {
    const view = peers.viewsOf(anna.userId).find(({ state }) => state === 'ringing');
    if (!view) throw new Error('nothing rings');
    return view.id;
  }, wait);
  const away = { callId: ringing, number: '0171 1234567' };
  expect(await peers.command(anna, 'call.redirect', away)).toMatchObject({ ok: true });
  await vi.waitFor(() => expect(seen.failed).toBe(302), wait);
  await endOf(all, 1);
  expect(await benDials()).toBe('call_limit');
  aheadMs += awayMs;
  expect(await benDials()).toBeNull();
});

describe('media of a group', () => {
  test('VOX-117 encryption required and not offered: 488, told as such', async () => {
    const all = await system({ group: { srtp: 'required' } });
    all.peers.devices.set(all.anna.userId, 1);
    const seen = outcome(all.pbx.call('20', (await phone()).offer()));
    await vi.waitFor(() => expect(seen.failed).toBe(488), wait);
    expect(await endOf(all)).toMatchObject({ cause: 'srtp_refused', sipCode: 488 });
  });

  test('encryption optional: a PBX that refuses our offer is called again without', async () => {
    const all = await system({ group: { srtp: 'optional' } });
    const { peers, anna } = all;
    await peers.command(anna, 'call.dial', {
      number: '10',
      sdp: await (await browser()).offer(),
    });
    const first = await inviteOf(all);
    expect(first.body).toContain('RTP/SAVP');
    expect(first.body).toContain('a=crypto:1 AEAD_AES_128_GCM');
    first.reject(488);
    const second = await inviteOf(all, 1);
    expect(second.body).toContain('RTP/AVP');
    second.answer((await phone()).answer(second.body));
    expect(await stateOf(all, anna, 'connected')).toMatchObject({ pbxEncrypted: false });
  });

  test('VOX-120 keys by SIP INFO where the group says so, each once and in order', async () => {
    const all = await system({ group: { dtmf: 'info' } });
    const { callId, call } = await talkTo(all, all.anna, '10');
    const keys: string[] = [];
    call.on('info', ({ body }) => keys.push(/Signal=(\S)/.exec(body)?.[1] ?? ''));
    const sent = await all.peers.command(all.anna, 'call.dtmf', { callId, digits: '1234#' });
    expect(sent).toMatchObject({ ok: true });
    expect(keys.join('')).toBe('1234#');
    await eventLike(all, 'call.dtmf', { from: 'local', digits: 5 });
  });

  test('LIN-074 codecs of the group are offered in their order, what needs no transcoding first', async () => {
    const all = await system({
      group: { pbxCodecs: ['G722', 'PCMU', 'PCMA'], clientCodecs: ['PCMU', 'PCMA'] },
    });
    await all.peers.command(all.anna, 'call.dial', {
      number: '10',
      sdp: await (await browser()).offer(),
    });
    const { body } = await inviteOf(all);
    expect(/^m=audio \d+ RTP\/AVP ([0-9 ]+)/m.exec(body)?.[1]).toMatch(/^(0|8) 9 /);
  });

  test('VOX-119 a PBX silent too long on a call nobody holds: BYE; held it may be silent', async () => {
    const all = await system({ bounds: { mediaTimeoutMs: 5_500 } });
    const { peers, anna } = all;
    const held = await talkTo(all, anna, '10');
    await peers.command(anna, 'call.hold', { callId: held.callId });
    const silent = await talkTo(all, anna, '11', 1);
    expect(await endOf(all)).toMatchObject({ by: 'system', cause: 'media_timeout' });
    await viewIn(all, anna, silent.callId, { state: 'ended' });
    await viewIn(all, anna, held.callId, { state: 'connected', held: true });
    await vi.waitFor(() => expect(all.pbx.received('BYE')).toHaveLength(1), wait);
  });
});
